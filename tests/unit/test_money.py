"""Prices: what is read, what is refused, and that no price changes on the way."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoppable.feeds.flaw import Flaw
from shoppable.feeds.money import MINOR_DIGITS, parse_price
from shoppable.model.catalog import Money


@pytest.mark.parametrize(
    ("text", "minor", "currency"),
    [
        ("52.00 USD", 5200, "USD"),
        ("USD 52.00", 5200, "USD"),
        ("USD52.00", 5200, "USD"),
        ("52,00 EUR", 5200, "EUR"),
        ("52.5 usd", 5250, "USD"),
        ("52 GBP", 5200, "GBP"),
        (".99 USD", 99, "USD"),
        ("0 USD", 0, "USD"),
        ("1,234.50 USD", 123450, "USD"),
        ("1.234,50 EUR", 123450, "EUR"),
        ("1 234,50 EUR", 123450, "EUR"),
        ("1\u202f234,50\u00a0EUR", 123450, "EUR"),
        ("1'234.50 CHF", 123450, "CHF"),
        ("1’234.50 CHF", 123450, "CHF"),
        ("1,234,567 USD", 123456700, "USD"),
        ("1.234.567,89 EUR", 123456789, "EUR"),
        ("900 JPY", 900, "JPY"),
        ("900.00 JPY", 900, "JPY"),
        ("12,900 JPY", 12900, "JPY"),
        ("1.234 KWD", 1234, "KWD"),
        ("0,500 KWD", 500, "KWD"),
        ("1.2345 CLF", 12345, "CLF"),
        ("52.0000 USD", 5200, "USD"),
        ("+52.00 USD", 5200, "USD"),
        ("USD 52.00 USD", 5200, "USD"),
    ],
)
def test_a_price_is_read(text: str, minor: int, currency: str) -> None:
    assert parse_price(text) == Money(minor=minor, currency=currency)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "missing"),
        ("   ", "missing"),
        ("52.00", "has no currency"),
        ("$52.00", "no currency code"),
        ("€ 52,00", "no currency code"),
        ("52.00 XYZ", "no currency XYZ"),
        ("52.00 XAU", "no currency XAU"),
        ("52.00 EUR USD", "no price"),
        ("EUR 52.00 USD", "two currencies"),
        ("-52.00 USD", "negative"),
        ("−52.00 USD", "negative"),
        ("USD -1", "negative"),
        ("52.001 USD", "3 decimals are too many: USD has 2"),
        ("52.000 USD", "3 decimals are too many"),
        ("9.95 JPY", "2 decimals are too many: JPY has 0"),
        ("1.2345 KWD", "4 decimals are too many: KWD has 3"),
        ("1,299 USD", "may mean 1299 or 1.299"),
        ("1,299 KWD", "may mean"),
        ("1,23,456 USD", "cannot be read"),
        ("1.2.3 USD", "cannot be read"),
        ("1,234.5,6 USD", "cannot be read"),
        ("52. USD", "cannot be read"),
        ("1 23 USD", "cannot be read"),
        ("call us", "no price"),
        ("52.00 dollars", "no price"),
        ("NaN USD", "no price"),
        ("1e5 USD", "no price"),
        ("٥٢ USD", "no price"),
        ("9" * 13 + " USD", "too large"),
        ("9" * 5000 + " USD", "too large"),
    ],
)
def test_a_price_that_is_none_is_refused_with_a_remedy(text: str, problem: str) -> None:
    flaw = parse_price(text)
    assert isinstance(flaw, Flaw)
    assert problem in flaw.problem
    assert flaw.remedy


@given(st.integers(0, 10**14 - 1), st.sampled_from(sorted(MINOR_DIGITS)), st.booleans(), st.booleans())
def test_a_price_survives_being_written_and_read(minor: int, currency: str, code_first: bool, grouped: bool) -> None:
    digits = MINOR_DIGITS[currency]
    whole, rest = divmod(minor, 10**digits)
    if whole >= 10**12:
        return
    amount = f"{whole:,}" if grouped and digits else str(whole)
    amount += f".{rest:0{digits}}" if digits else ""
    text = f"{currency} {amount}" if code_first else f"{amount} {currency}"
    assert parse_price(text) == Money(minor=minor, currency=currency)


@given(st.text())
def test_no_text_makes_the_reader_stumble(text: str) -> None:
    price = parse_price(text)
    assert isinstance(price, Flaw) or re.search(r"[A-Za-z]{3}", text)

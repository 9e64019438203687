"""Prices as feeds write them, into integer minor units; what can be read in two ways is refused."""

import re

from shoppable.feeds.flaw import Flaw
from shoppable.model.catalog import Money

_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC "
        "CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
        "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
        "NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN "
        "SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
MINOR_DIGITS = {code: digits for digits, codes in _BY_DIGITS.items() for code in codes.split()}
"""Decimals of each currency in use, from ISO 4217."""

_MAX_WHOLE_DIGITS = 12
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2009\u202f", " ") | {"\u2019": "'", "\u2212": "-"})
_PRICE = re.compile(r"([A-Za-z]{3})?\s*([-+]?)\s*((?:[0-9.,]|[ '](?=[0-9]))+)\s*([A-Za-z]{3})?")
_PLAIN = re.compile(rf"([0-9]{{1,{_MAX_WHOLE_DIGITS}}})\.([0-9]{{2,4}}) ([A-Z]{{3}})")
"""What most feeds write, read without a second look."""

_GROUP_GAP = re.compile(r"(?<=[0-9])[ '](?=[0-9]{3}(?![0-9]))")
_REMEDY = "write the amount and its ISO 4217 code, like 52.00 USD"


def parse_price(text: str, currency: str | None = None) -> Money | Flaw:
    """Reads a price such as `52.00 USD`, `USD 52.00` or `1.234,50 EUR`.

    A point or a comma may part the decimals. An amount that is a thousand in one country and one in the next
    (`1,299 USD`) is refused, and so is one finer than its currency: a wrong price is worse than none.

    >>> parse_price("52,00 EUR")
    Money(minor=5200, currency='EUR')
    >>> parse_price("52.00").problem
    'the price has no currency'

    Args:
        text: The cell.
        currency: What an amount is in that names no currency; by default there is none such.

    Returns:
        The amount, or what is wrong with it.
    """
    if plain := _PLAIN.fullmatch(text):
        whole, fraction, code = plain.groups()
        if MINOR_DIGITS.get(code) == len(fraction):
            return Money(minor=int(whole + fraction), currency=code)
    said = text.translate(_SPACES).strip()
    if not said:
        return Flaw("the price is missing", _REMEDY)
    found = _PRICE.fullmatch(said)
    if found is None:
        if re.search(r"[0-9]", said) and not re.search(r"[A-Za-z]", said):
            return Flaw("the price has no currency code", _REMEDY)
        return Flaw("this is no price", _REMEDY)
    before, sign, amount, after = found.groups()
    if before and after and before.upper() != after.upper():
        return Flaw(f"the price names two currencies, {before} and {after}", _REMEDY)
    currency = (before or after or currency or "").upper()
    if not currency:
        return Flaw("the price has no currency", _REMEDY)
    if currency not in MINOR_DIGITS:
        return Flaw(f"there is no currency {currency}", _REMEDY)
    if sign == "-":
        return Flaw("the price is negative", "write what the shop charges, 0 or more")
    return _in_minor_units(amount, currency)


def _in_minor_units(amount: str, currency: str) -> Money | Flaw:
    digits = MINOR_DIGITS[currency]
    example = f"write it like 1299{'.' if digits else ''}{'0' * digits} {currency}"
    parts = _split(_GROUP_GAP.sub("", amount), digits)
    if isinstance(parts, str):
        return Flaw(parts, example)
    whole, fraction = parts
    if len(fraction) > digits and (fraction[digits:].strip("0") or len(fraction) == 3):
        return Flaw(f"{len(fraction)} decimals are too many: {currency} has {digits}", example)
    if len(whole.lstrip("0")) > _MAX_WHOLE_DIGITS:
        return Flaw("the price is too large to be one", example)
    return Money(minor=int((whole or "0") + fraction[:digits].ljust(digits, "0")), currency=currency)


def _split(amount: str, digits: int) -> tuple[str, str] | str:
    """Whole and decimal digits, or why they cannot be told apart."""
    unreadable = "the amount cannot be read"
    marks = [char for char in amount if not char.isdigit()]
    if not set(marks) <= {".", ","} or not amount[-1].isdigit():
        return unreadable
    if not marks:
        return amount, ""
    last = marks[-1]
    if len(set(marks)) == 2:
        whole, _, fraction = amount.rpartition(last)
        grouped = re.fullmatch(r"[0-9]{1,3}(?:[.,][0-9]{3})+", whole)
        return (re.sub(r"[.,]", "", whole), fraction) if grouped and last not in whole else unreadable
    if len(marks) > 1:
        grouped = re.fullmatch(r"[0-9]{1,3}(?:[.,][0-9]{3})+", amount)
        return (amount.replace(last, ""), "") if grouped else unreadable
    whole, _, fraction = amount.partition(last)
    if last == "," and len(fraction) == 3 and 1 <= len(whole) <= 3 and whole.strip("0"):
        return (whole + fraction, "") if digits == 0 else f"the amount may mean {whole}{fraction} or {whole}.{fraction}"
    return whole, fraction

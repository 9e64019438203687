"""Global trade item numbers, the numbers under barcodes: GS1 General Specifications, 1.4 and 7.9."""

import re

from shoppable.feeds.flaw import Flaw

_LENGTHS = (8, 12, 13, 14)
_IN_STORE = ("002", "004", "02")
"""How numbers of 14 digits begin that shops give out themselves; shorter ones of 8 digits begin with 0 or 2."""

_LEFT_OUT = "it was left out"


def parse_gtin(text: str) -> str | Flaw:
    """Reads a GTIN-8, -12, -13 or -14, or an ISBN-10.

    >>> parse_gtin("4006381333931")
    '04006381333931'
    >>> parse_gtin("0 36000 29145 2")
    '00036000291452'
    >>> parse_gtin("4006381333932").problem
    'the last digit of the GTIN must be 1; it was left out'

    Args:
        text: The cell; spaces, dashes and an apostrophe in front count for nothing.

    Returns:
        14 digits, with zeros in front of shorter ones, or what is wrong with it.
    """
    digits = re.sub(r"[\s-]", "", text).removeprefix("'")
    if re.fullmatch(r"[0-9]{9}[0-9Xx]", digits):
        return _of_isbn(digits)
    if not (digits.isascii() and digits.isdigit()) or len(digits) not in _LENGTHS:
        return Flaw(f"a GTIN has 8, 12, 13 or 14 digits; {_LEFT_OUT}", "write the digits under the barcode")
    in_store = len(digits) == 8 and digits.startswith(("0", "2"))
    digits = digits.zfill(14)
    right = check_digit(digits[:13])
    if digits[13] != right:
        return Flaw(f"the last digit of the GTIN must be {right}; {_LEFT_OUT}", "copy it from the barcode once more")
    if in_store or digits.startswith(_IN_STORE):
        return Flaw(f"this GTIN is one that shops give out themselves; {_LEFT_OUT}", "leave it empty, and fill in mpn")
    return digits


def check_digit(digits: str) -> str:
    """The digit that ends a GTIN: weights 3, 1, 3… from the right, and what is lacking to the next ten.

    >>> check_digit("400638133393")
    '1'
    """
    weighted = 3 * sum(map(int, digits[::-2])) + sum(map(int, digits[-2::-2]))
    return str(-weighted % 10)


def _of_isbn(isbn: str) -> str | Flaw:
    """An ISBN-10 as GTIN: its check digit, X for ten, counts with weights 10, 9… and makes the sum divisible by 11."""
    values = [10 if digit in "Xx" else int(digit) for digit in isbn]
    if sum(value * weight for value, weight in zip(values, range(10, 0, -1), strict=True)) % 11:
        return Flaw(f"the last digit of the ISBN is wrong; {_LEFT_OUT}", "copy it from the book once more")
    twelve = f"978{isbn[:9]}"
    return f"0{twelve}{check_digit(twelve)}"

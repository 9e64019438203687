"""What is wrong with one thing a shop sent, apart from where it stood."""

from typing import NamedTuple


class Flaw(NamedTuple):
    """Both halves are shown to the shop: `problem` says what is wrong, `remedy` what to write instead."""

    problem: str
    remedy: str

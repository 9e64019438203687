"""What a shop says of its own feed: its format, which of its columns are which of ours, what all products share."""

import json
import tomllib
from collections.abc import Mapping

from pydantic import Field, JsonValue

from shoppable.errors import InvalidInput
from shoppable.feeds.item import FIELDS
from shoppable.feeds.money import MINOR_DIGITS
from shoppable.model.noun import Noun

CONSTANTS = {
    "currency": "of prices that name none, an ISO 4217 code",
    "shop": "address of the shop, of which and a handle links are made (Shopify)",
}
"""What `constants` may hold besides fields."""


class FeedOptions(Noun):
    """How a feed is to be read, where that cannot be seen from itself.

    Attributes:
        format: A name out of `formats.FORMATS`; None to find out.
        columns: Our name by the feed's own, as it stands in the header or as an element.
        constants: For fields that the feed leaves empty, by our name, and those of `CONSTANTS`.
    """

    format: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)


def read_mapping(data: bytes, name: str) -> FeedOptions:
    r"""Reads a mapping file, TOML or JSON: `fields` names their column for a field of ours, `constants` holds values.

    >>> read_mapping(b'[fields]\nprice = "Preis"\n[constants]\ncurrency = "EUR"', "shop.toml").columns
    {'Preis': 'price'}

    Args:
        data: The file.
        name: Its name, for messages; one that ends in `.json` is JSON.

    Raises:
        InvalidInput: It is neither, or says something that is not understood.
    """
    try:
        text = data.decode("utf-8-sig")
        said: JsonValue = json.loads(text) if name.lower().endswith(".json") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the mapping {name} cannot be read: {error}") from error
    if not isinstance(said, dict) or not set(said) <= {"format", "fields", "constants"}:
        raise InvalidInput(f"the mapping {name} may hold format, fields and constants, and nothing else")
    columns: dict[str, str] = {}
    for field, theirs in _section(said, "fields", name).items():
        if field not in FIELDS:
            raise InvalidInput(f"the mapping {name} names a field {field!r}; fields are {', '.join(FIELDS)}")
        for column in theirs if isinstance(theirs, list) else [theirs]:
            if not isinstance(column, str) or not column.strip():
                raise InvalidInput(f"the mapping {name} must name a column for {field}, or a list of them")
            columns[column.strip()] = field
    constants = {key: str(value) for key, value in _section(said, "constants", name).items()}
    for key in constants:
        if key not in FIELDS and key not in CONSTANTS:
            raise InvalidInput(f"the mapping {name} has a constant {key!r}; constants are fields, currency and shop")
    currency = constants.get("currency", "USD")
    if currency not in MINOR_DIGITS:
        raise InvalidInput(f"the mapping {name} has currency = {currency!r}: write an ISO 4217 code, like EUR")
    if not constants.get("shop", "https://").startswith(("http://", "https://")):
        raise InvalidInput(f"the mapping {name} has a shop that is no web address: begin it with https://")
    asked = said.get("format")
    if asked is not None and not isinstance(asked, str):
        raise InvalidInput(f"the mapping {name} has a format that is no name")
    return FeedOptions(format=asked, columns=columns, constants=constants)


def _section(said: Mapping[str, JsonValue], part: str, name: str) -> dict[str, JsonValue]:
    section = said.get(part, {})
    if not isinstance(section, dict):
        raise InvalidInput(f"the mapping {name} must hold names and values under {part}")
    return section

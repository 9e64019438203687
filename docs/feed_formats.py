"""The reference page of feeds: what is read, under which names, and how much of it."""

from collections.abc import Iterator, Sequence

from shoppable.feeds import checking, packing, shopify
from shoppable.feeds.formats import FORMATS
from shoppable.feeds.item import FIELDS, MAX_FIELD_CHARS, NEEDED
from shoppable.feeds.mapping import CONSTANTS
from shoppable.feeds.money import MINOR_DIGITS
from shoppable.feeds.report import COLUMNS
from shoppable.model.catalog import Availability, Condition

Table = tuple[Sequence[str], Sequence[Sequence[str]]]


def page() -> Iterator[str | Table]:
    """Parts of the page: text, and tables as headings and rows."""
    yield "# Feed formats"
    yield "What `shoppable ingest` and `shoppable feed check` read. [How to make a feed](../howto/feeds.md)."
    yield "## Formats"
    yield "Known by themselves, or named with `--format`. Any of them may be packed with gzip or zip."
    yield ("format", "what it is"), [(f"`{name}`", each.summary) for name, each in FORMATS.items()]
    yield "## Fields"
    yield (
        "Names of Google's attributes. Capitals, spaces, dashes and `g:` in front make no difference. Those in bold "
        "are needed."
    )
    yield ", ".join(f"**`{field}`**" if field in NEEDED else f"`{field}`" for field in FIELDS)
    yield "## Words"
    yield (
        ("field", "said", "meant"),
        [("`availability`", _said(checking.AVAILABILITY, each), f"`{each}`") for each in Availability]
        + [("`condition`", _said(checking.CONDITION, each), f"`{each}`") for each in Condition],
    )
    yield "Spaces, underscores, capitals and an address of schema.org in front make no difference."
    yield "## Money"
    yield (
        "An amount and an ISO 4217 code, kept in whole minor units. Currencies with other than 2 decimals: "
        + "; ".join(
            f"{digits}: {', '.join(code for code in MINOR_DIGITS if MINOR_DIGITS[code] == digits)}"
            for digits in sorted(set(MINOR_DIGITS.values()) - {2})
        )
        + "."
    )
    yield "## Mapping file"
    yield (
        "TOML, or JSON where the name ends in `.json`. `format` as above; under `fields` our name and theirs, or a "
        "list of theirs; under `constants` values for fields that the feed leaves empty, and:"
    )
    yield ("constant", "meaning"), [(f"`{name}`", meaning) for name, meaning in CONSTANTS.items()]
    yield "## Columns of Shopify's export"
    yield "In the old template or the new one; capitals make no difference. Others are passed over."
    yield (
        ("field", "columns"),
        [(f"`{field}`", ", ".join(f"`{name}`" for name in names)) for field, names in shopify.COLUMNS.items()],
    )
    yield "## Limits"
    yield (
        ("what", "limit"),
        [
            ("id", f"{checking.MAX_ID_CHARS} characters"),
            ("any field", f"{MAX_FIELD_CHARS:,} characters"),
            ("additional pictures of a product", f"the first {checking.MAX_ADDITIONAL_PICTURES}"),
            (
                "packed feed",
                f"unpacks to {packing.MAX_RATIO} times its size, and {packing.MAX_UNPACKED_BYTES >> 30} GiB",
            ),
            ("files in a zip archive", f"{packing.MAX_ENTRIES:,}, one of them a feed ({', '.join(packing.ENDINGS)})"),
            ("XML", "no DTD, no entities but the five of XML; 64 elements deep; broken in 1,000 places"),
        ],
    )
    yield "## Report"
    yield f"CSV columns, and names in the JSON report: {', '.join(f'`{name}`' for name in COLUMNS)}."


def _said(words: dict[str, Availability] | dict[str, Condition], meant: str) -> str:
    return ", ".join(f"`{word}`" for word, each in words.items() if each == meant)

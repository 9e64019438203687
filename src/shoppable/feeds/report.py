"""What was wrong with a feed, as a CSV or JSON file for the people who can mend it."""

import csv
import io
import json
from collections.abc import Iterable, Iterator

from shoppable.model.catalog import RowProblem

COLUMNS = ("line", "id", "field", "value", "problem", "remedy", "severity")

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def problems_csv(problems: Iterable[RowProblem]) -> bytes:
    r"""The report, UTF-8, a header and a row for each problem.

    Spreadsheets run cells that begin like a formula. Such cells get an apostrophe in front, which spreadsheets
    understand as "this is text" (OWASP ASVS 5.0, 1.2.10).

    >>> bad = RowProblem(line=2, product_id="=1+1", field="price", value="5", problem="no currency", remedy="add it")
    >>> problems_csv([bad]).decode().splitlines()[1]
    "2,'=1+1,price,5,no currency,add it,rejected"
    """
    return "".join(csv_lines(problems)).encode()


def problems_json(problems: Iterable[RowProblem]) -> bytes:
    """The same as a JSON array of objects, one on a line; nothing is put in front of cells."""
    return "".join(json_lines(problems)).encode()


def csv_lines(problems: Iterable[RowProblem]) -> Iterator[str]:
    """The CSV report, piece by piece as problems are found."""
    out = io.StringIO(newline="")
    write = csv.writer(out)
    write.writerow(COLUMNS)
    for each in problems:
        yield _taken(out)
        line, *cells = _cells(each)
        write.writerow((line, *(_as_text(str(cell or "")) for cell in cells)))
    yield _taken(out)


def json_lines(problems: Iterable[RowProblem]) -> Iterator[str]:
    """The JSON report, piece by piece as problems are found."""
    before = "[\n"
    for each in problems:
        yield before + json.dumps(dict(zip(COLUMNS, _cells(each), strict=True)), ensure_ascii=False)
        before = ",\n"
    yield "\n]\n" if before == ",\n" else "[]\n"


def _cells(each: RowProblem) -> tuple[int | str | None, ...]:
    return each.line, each.product_id, each.field, each.value, each.problem, each.remedy, each.severity


def _taken(out: io.StringIO) -> str:
    said = out.getvalue()
    out.seek(0)
    out.truncate()
    return said


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_STARTS_FORMULA) else cell

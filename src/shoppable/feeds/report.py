"""What was wrong with a feed, as a CSV file for the people who can mend it."""

import csv
import io
from collections.abc import Iterable

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
    out = io.StringIO(newline="")
    write = csv.writer(out)
    write.writerow(COLUMNS)
    for each in problems:
        cells = (each.product_id, each.field, each.value, each.problem, each.remedy, each.severity)
        write.writerow((each.line, *(_as_text(cell or "") for cell in cells)))
    return out.getvalue().encode()


def _as_text(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_STARTS_FORMULA) else cell

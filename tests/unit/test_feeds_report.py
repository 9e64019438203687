"""The report on a feed: readable by machines and harmless in a spreadsheet."""

import csv
import io
import json

import pytest

from shoppable.feeds.report import COLUMNS, problems_csv, problems_json
from shoppable.model.catalog import RowProblem


def _rows(report: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(report.decode(), newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cells_that_spreadsheets_would_run_are_made_text(start: str) -> None:
    said = f'{start}HYPERLINK("http://x";"y")\n,"'
    problem = RowProblem(line=7, product_id=said, field=said, value=said, problem=said, remedy=said)
    (row,) = _rows(problems_csv([problem]))
    assert {row[name] for name in ("id", "field", "value", "problem", "remedy")} == {f"'{said}"}


def test_a_problem_keeps_all_it_says() -> None:
    problem = RowProblem(
        line=3,
        product_id="Ärmel-1",
        field="price",
        value='5,00 "EUR"\nor so',
        problem="p",
        remedy="r",
        severity="warning",
    )
    whole_file = RowProblem(line=0, product_id=None, field=None, value=None, problem="all", remedy="mend")
    rows = _rows(problems_csv([problem, whole_file]))
    assert tuple(rows[0]) == COLUMNS
    assert tuple(rows[0].values()) == ("3", "Ärmel-1", "price", '5,00 "EUR"\nor so', "p", "r", "warning")
    assert tuple(rows[1].values()) == ("0", "", "", "", "all", "mend", "rejected")


def test_the_json_report_says_the_same() -> None:
    problem = RowProblem(line=3, product_id="=1", field=None, value='5,00 "EUR"', problem="p", remedy="Größe")
    said = json.loads(problems_json([problem, problem]))
    assert said == [dict(zip(COLUMNS, (3, "=1", None, '5,00 "EUR"', "p", "Größe", "rejected"), strict=True))] * 2
    assert json.loads(problems_json([])) == []


def test_without_problems_there_is_a_header_only() -> None:
    assert problems_csv([]).decode().splitlines() == [",".join(COLUMNS)]

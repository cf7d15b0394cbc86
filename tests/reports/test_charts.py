"""What charts draw: each row by all that it is about, times in their order, and which part is shown."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import fromstring

import pytest
from django.utils import translation

from backoffice.reports.charts import chart_in_words, chart_svg
from backoffice.reports.drawing import Drawing, drawing_of
from backoffice.reports.goods import keys_shown
from backoffice.reports.table import Cell, Chart, Column, Kind, Table

UNITS = Column("units", "Units", Kind.NUMBER)


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


def drawn(table: Table) -> Drawing:
    found = drawing_of(table)
    assert found
    return found


def of_stores(rows: Sequence[list[Cell]], kind: str, *keys: str) -> Table:
    columns = (*keys_shown(keys), UNITS)
    chart = Chart("line" if kind == "line" else "bars", columns[0].key, ("units",))
    return Table("things", "Things", columns, list(rows), chart=chart)


def test_bars_of_two_groups_say_both() -> None:
    table = of_stores(
        [["Lyon", "lyon", "online", 3], ["Lyon", "lyon", "store", 1]], "bars", "store", "channel"
    )
    assert drawn(table).names == ["Lyon · online", "Lyon · in store"]
    assert drawn(table).series[0].figures == [3, 1]
    assert "by Location, Channel, 2 rows. Most: Lyon · online, 3." in chart_in_words(table)
    assert {"Lyon · online", "Lyon · in store"} <= texts(table)


def test_times_in_groups_are_a_line_each_and_fall_to_nothing_between() -> None:
    table = of_stores(
        [
            [date(2026, 3, 1), "Lyon", "lyon", 3],
            [date(2026, 3, 1), "Paris", "paris", 5],
            [date(2026, 3, 4), "Lyon", "lyon", 4],
        ],
        "line",
        "day",
        "store",
    )
    drawing = drawn(table)
    assert drawing.names == ["1 Mar 2026", "2 Mar 2026", "3 Mar 2026", "4 Mar 2026"]
    assert {line.name: line.figures for line in drawing.series} == {
        "Lyon": [3, 0, 0, 4],
        "Paris": [5, 0, 0, 0],
    }
    assert drawing.part == ""


def test_more_lines_than_can_be_told_apart_are_the_largest_and_say_so() -> None:
    table = of_stores(
        [[date(2026, 3, 1), f"Store {n}", f"s{n}", n] for n in range(1, 7)], "line", "day", "store"
    )
    assert [line.name for line in drawn(table).series] == [f"Store {n}" for n in (6, 5, 4, 3)]
    said = "The 4 largest of 6 lines; the table has all of them."
    assert said in chart_in_words(table)
    assert f"Units · {said}" in texts(table)


def test_a_chart_of_the_first_rows_says_which_part_it_is() -> None:
    rows: list[list[Cell]] = [[f"Store {n}", f"s{n}", 60 - n] for n in range(53)]
    table = of_stores(rows, "bars", "store")
    said = "The first 20 of 53 rows; the table has all of them."
    assert len(drawn(table).names) == 20
    assert chart_in_words(table).endswith(said)
    assert said in texts(table)
    assert drawn(of_stores(rows[:20], "bars", "store")).part == ""


def test_times_that_were_cut_among_their_groups_are_left_out() -> None:
    rows: list[list[Cell]] = [
        [date(2026, 3, day), f"Store {n}", f"s{n}", 1] for day in range(1, 31) for n in range(30)
    ]
    drawing = drawn(of_stores(rows, "line", "day", "store"))
    assert len(drawing.names) == 13  # 400 rows are 13 whole days and a part of one
    assert drawing.part.startswith("The first 390 of 900 rows")


def test_a_figure_that_is_missing_is_a_gap() -> None:
    columns = (*keys_shown(["day"]), Column("median", "Median", Kind.DECIMAL))
    rows: list[list[Cell]] = [[date(2026, 3, 1), Decimal("2.5")], [date(2026, 3, 2), None]]
    table = Table("things", "Things", columns, rows, chart=Chart("line", "day", ("median",)))
    assert drawn(table).series[0].figures == [Decimal("2.5"), None]
    assert chart_svg(table)


def texts(table: Table) -> set[str]:
    """What stands in the picture; long words over lines."""
    root = fromstring(chart_svg(table))
    return {"".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")}

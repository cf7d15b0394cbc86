"""A report of 450 rows, which says that it is long."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from backoffice.reports.definition import Definition
from backoffice.reports.progress import tell
from backoffice.reports.query import Query
from backoffice.reports.table import Cell, Chart, Column, Kind, Table
from stores.models import Location

NAME = Column("name", "Name")
DAY = Column("day", "Day", Kind.DAY)
UNITS = Column("units", "Units", Kind.NUMBER, totalled=True)
WORTH = Column("worth", "Worth", Kind.MONEY)
ROWS: list[list[Cell]] = [
    [f"Café n° {n}", date(2026, 3, 1 + n % 7), (n * 37) % 450, Decimal(f"{n}.50")]
    for n in range(450)
]


def count(places: Sequence[Location], query: Query) -> list[Table]:
    """A long report: 450 rows, of which the last has no worth."""
    tell(1, 2)
    rows = [*ROWS[:-1], [*ROWS[-1][:3], None]]
    totals: list[Cell] = [None, None, 101_025, None]
    chart = Chart("bars", "name", ("units",))
    return [Table("things", "Things", (NAME, DAY, UNITS, WORTH), rows, totals, chart)]


def definition(**changed: Any) -> Definition:
    return Definition(
        **{
            "name": "long",
            "title": "Long",
            "description": "How long?",
            "run": count,
            "headline": lambda tables, query: "450 things",
            "columns": (NAME, DAY, UNITS, WORTH),
            "titles": {"things": "Things"},
            "is_long": lambda places, query: True,
            **changed,
        }
    )

from datetime import date
from decimal import Decimal

from backoffice.reports.periods import Days
from backoffice.reports.query import Compare, Query
from backoffice.reports.table import Column, Kind, column_called, percentage

FEBRUARY = Days(date(2024, 2, 1), date(2024, 2, 29))


def test_a_query_is_the_same_after_it_was_stored() -> None:
    query = Query.of(
        FEBRUARY,
        compare=Compare.LAST_YEAR,
        group_by="store",
        filters={"store": ["lyon", "paris"], "channel": []},
        preset="last-month",
    )
    again = Query.from_json(query.to_json())
    assert again == query
    assert again.preset == "last-month"
    assert (query.wanted("store"), query.wanted("channel")) == (("lyon", "paris"), ())
    assert len({query, again}) == 1


def test_the_days_to_compare_with() -> None:
    assert Query(FEBRUARY).days_before is None
    before = Query(FEBRUARY, Compare.BEFORE).days_before
    assert before == Days(date(2024, 1, 3), date(2024, 1, 31))
    last_year = Query(FEBRUARY, Compare.LAST_YEAR).days_before
    assert last_year == Days(date(2023, 2, 1), date(2023, 2, 28))


def test_columns_that_compare_are_derived_and_found_again() -> None:
    revenue = Column("revenue", "Revenue", Kind.MONEY, totalled=True)
    now, before, change = revenue.compared()
    assert [column.key for column in (now, before, change)] == [
        "revenue",
        "revenue_before",
        "revenue_change",
    ]
    assert (str(before.label), before.kind) == ("Revenue before", Kind.MONEY)
    assert (str(change.label), change.kind) == ("Revenue, change", Kind.PERCENT)
    for column in (now, before, change):
        found = column_called(column.key, [revenue])
        assert found
        assert (found.kind, str(found.label)) == (column.kind, str(column.label))
    assert column_called("forgotten", [revenue]) is None


def test_a_change_needs_something_before() -> None:
    assert percentage(Decimal("15.00"), Decimal("10.00")) == Decimal("50.0")
    assert percentage(3, 0) is None
    assert percentage(None, 4) is None

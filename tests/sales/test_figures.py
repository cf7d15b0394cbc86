"""Figures from the summaries equal what a slow calculator adds up from the lines, however they are asked."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django.plugin import DjangoDbBlocker

from sales.actions.summary import summary_differences
from sales.figures import Dimension, Row, SalesFigures, reads_lines, sales_figures, whole_months
from sales.models import Sale, SaleLine
from tests.sales.chain_that_sold import (
    FIRST,
    LAST,
    ChainThatSold,
    Figures,
    added_up,
    all_lines,
    monday,
    sold_between,
)

pytestmark = pytest.mark.django_db
ARTICLES = {Dimension.CATEGORY, Dimension.PRODUCT, Dimension.SKU}
PAIRS = [(), *[(name,) for name in Dimension], *combinations(Dimension, 2)]


@pytest.fixture(scope="module")
def chain(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ChainThatSold]:
    """One chain for all these tests, in a transaction that is rolled back after the last one."""
    with django_db_blocker.unblock(), transaction.atomic():
        chain = ChainThatSold(seed=4)
        chain.live(110)
        yield chain
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def lines(chain: ChainThatSold) -> list[SaleLine]:
    return all_lines()


@pytest.fixture
def _django_db_helper(chain: ChainThatSold) -> None:
    """In place of pytest-django's transaction per test, after which it closes the connection."""


def figures_of(row: Row) -> Figures:
    return (row.tickets or 0, row.units, row.revenue, row.tax, row.cost)


def told(figures: SalesFigures) -> tuple[dict[tuple, Figures], Figures]:
    assert [row.keys for row in figures.rows] == sorted(row.keys for row in figures.rows)
    return {row.keys: figures_of(row) for row in figures.rows}, figures_of(figures.total)


def without_tickets(expected: tuple[dict[tuple, Figures], Figures]) -> Any:
    groups, total = expected
    return {keys: (0, *sums[1:]) for keys, sums in groups.items()}, (0, *total[1:])


def ids(chain: ChainThatSold) -> list[int]:
    return [place.pk for place in chain.places]


def periods(random: Random, number: int) -> Iterator[tuple[date, date]]:
    yield FIRST, LAST
    yield date(2025, 12, 1), date(2026, 1, 31)
    for _period in range(number):
        first = FIRST + timedelta(days=random.randrange(150))
        yield first, first + timedelta(days=random.randrange(100))


@pytest.mark.parametrize("by", PAIRS, ids="+".join)
def test_every_pair_of_dimensions_adds_up_to_the_lines(
    chain: ChainThatSold, lines: list[SaleLine], by: tuple[Dimension, ...]
) -> None:
    for first, last in periods(Random(len(by)), 3):
        groups, total = added_up(sold_between(lines, first, last), by)
        expected = (groups if by else {}, total)
        if ARTICLES & set(by):
            expected = without_tickets(expected)
        found = sales_figures(ids(chain), first, last, by=by)
        assert told(found) == expected, (first, last)


@pytest.mark.parametrize("by", [(), *[(name,) for name in Dimension]], ids="+".join)
def test_every_filter_leaves_the_lines_that_it_names(
    chain: ChainThatSold, lines: list[SaleLine], by: tuple[Dimension, ...]
) -> None:
    lyon, sku = chain.places[0], chain.skus[-1]
    category, clerk = sku.product.category_id, chain.clerks[lyon.pk][0].pk
    kept: list[tuple[dict[str, Any], Callable[[SaleLine], bool]]] = [
        ({"skus": [sku.pk]}, lambda line: line.sku_id == sku.pk),
        ({"skus": []}, lambda line: False),
        ({"categories": {category}}, lambda line: line.sku.product.category_id == category),
        ({"channel": "online"}, lambda line: line.sale.channel == "online"),
        ({"clerk": clerk}, lambda line: line.sale.by_id == clerk),
        ({"clerk": 0}, lambda line: False),
        (
            {"clerk": clerk, "skus": [sku.pk], "channel": "store"},
            lambda line: (
                (line.sale.by_id, line.sku_id, line.sale.channel) == (clerk, sku.pk, "store")
            ),
        ),
    ]
    for filters, keeps in kept:
        some = [line for line in sold_between(lines, FIRST, LAST) if keeps(line)]
        groups, total = added_up(some, by)
        expected = (groups if by else {}, total)
        if ARTICLES & set(by) or "skus" in filters or "categories" in filters:
            expected = without_tickets(expected)
        found = sales_figures(ids(chain), FIRST, LAST, by=by, **filters)
        assert told(found) == expected, filters


@pytest.mark.parametrize("by", [Dimension.DAY, Dimension.WEEK, Dimension.MONTH], ids=str)
@pytest.mark.parametrize(
    ("first", "last", "told_from"),
    [
        ("2025-11-01", "2026-01-31", "2026-11-01"),  # a year later
        ("2025-11-03", "2025-12-31", "2026-01-03"),  # two months later
        ("2025-11-22", "2025-12-21", "2025-12-22"),  # just before, a month of 30 days later
        ("2025-11-03", "2026-01-15", "2026-01-16"),  # 74 days later
    ],
)
def test_an_earlier_period_is_told_under_the_days_of_a_later_one(
    chain: ChainThatSold,
    lines: list[SaleLine],
    first: str,
    last: str,
    told_from: str,
    by: Dimension,
) -> None:
    begin, end, later = map(date.fromisoformat, (first, last, told_from))
    months = 12 * (later.year - begin.year) + later.month - begin.month
    in_months = later.day == begin.day and (months % 12 == 0 or by == Dimension.MONTH)
    found = sales_figures(ids(chain), begin, end, by=[by], told_from=later)

    def moved(day: date) -> date:
        if not in_months:
            return day + (later - begin)
        year, month = divmod(12 * day.year + day.month - 1 + months, 12)
        return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))

    expected = told(sales_figures(ids(chain), begin, end, by=[Dimension.DAY]))
    groups: dict[tuple, list[int]] = {}
    for (day,), sums in expected[0].items():
        key = {"day": moved(day), "week": monday(moved(day)), "month": moved(day).replace(day=1)}
        groups.setdefault((key[by],), []).append(sums[1])
    assert {row.keys: row.units for row in found.rows} == {k: sum(n) for k, n in groups.items()}
    assert figures_of(found.total) == expected[1]


def test_other_places_and_no_place_at_all_add_nothing(
    chain: ChainThatSold, lines: list[SaleLine]
) -> None:
    lyon = chain.places[0].pk
    here = [line for line in lines if line.sale.location_id == lyon]
    assert told(sales_figures([lyon], FIRST, LAST))[1] == added_up(here, ())[1]
    nothing = Row((), 0, 0, Decimal("0.00"), Decimal("0.00"), Decimal("0.00"))
    assert sales_figures([], FIRST, LAST) == SalesFigures([], nothing)
    assert sales_figures([lyon], LAST, FIRST).total == nothing
    assert sales_figures([], FIRST, LAST, by=[Dimension.SKU]).total == replace(
        nothing, tickets=None
    )


def test_the_total_is_of_the_same_statement_as_the_rows(chain: ChainThatSold) -> None:
    for by in PAIRS:
        with CaptureQueriesContext(connection) as queries:
            sales_figures(ids(chain), FIRST, LAST, by=by)
        assert len(queries) == 1


def tables_read(chain: ChainThatSold, by: Sequence[Dimension], **filters: Any) -> set[str]:
    with CaptureQueriesContext(connection) as queries:
        sales_figures(ids(chain), FIRST, LAST, by=by, **filters)
    return set(re.findall(r"sales_\w+", queries[0]["sql"]))


def test_the_narrowest_source_is_read(chain: ChainThatSold) -> None:
    sales = {"sales_monthlysales", "sales_dailysales"}
    assert tables_read(chain, [Dimension.STORE, Dimension.MONTH]) == sales
    assert tables_read(chain, [Dimension.WEEK], channel="online") == {"sales_dailysales"}
    assert tables_read(chain, [Dimension.PRODUCT, Dimension.CATEGORY]) == {
        "sales_monthlyskusales",
        "sales_dailyskusales",
    }
    categories = {"sales_monthlycategorysales", "sales_dailycategorysales"}
    assert tables_read(chain, [Dimension.CATEGORY, Dimension.STORE]) == categories
    assert tables_read(chain, [Dimension.MONTH], categories=[1]) == categories
    assert tables_read(chain, [Dimension.DAY], skus=[1]) == {"sales_dailyskusales"}
    assert tables_read(chain, [Dimension.STORE], clerk=1) == {
        "sales_monthlyclerksales",
        "sales_dailyclerksales",
    }
    assert tables_read(chain, [Dimension.HOUR, Dimension.DAY]) == {"sales_dailyhoursales"}


def test_only_a_mix_that_no_summary_knows_reads_lines(chain: ChainThatSold) -> None:
    read = {by for by in PAIRS if "sales_saleline" in tables_read(chain, by)}
    lines = {frozenset(by) for by in read}
    people = {Dimension.CLERK, Dimension.HOUR}
    articles = {frozenset((article, other)) for article in ARTICLES for other in people}
    assert lines == articles | {frozenset(people)}
    assert {by for by in PAIRS if reads_lines(by)} == read
    assert reads_lines([Dimension.CLERK], ["skus"])
    assert not reads_lines([Dimension.CLERK], ["channel", "clerk"])


def test_margin_and_averages_are_rounded_once() -> None:
    row = Row((), 3, 4, Decimal("100.00"), Decimal("16.67"), Decimal("60.00"))
    assert (row.net, row.margin) == (Decimal("83.33"), Decimal("23.33"))
    assert (row.margin_rate, row.average_ticket) == (Decimal("28.0"), Decimal("33.33"))
    nothing = Row((), None, 0, Decimal("0.00"), Decimal("0.00"), Decimal("0.00"))
    assert (nothing.margin_rate, nothing.average_ticket) == (None, None)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-01-01", "2026-01-31", ("2026-01-01", "2026-01-31")),
        ("2026-01-02", "2026-03-30", ("2026-02-01", "2026-02-28")),
        ("2025-12-02", "2026-02-01", ("2026-01-01", "2026-01-31")),
        ("2024-01-31", "2024-02-29", ("2024-02-01", "2024-02-29")),
        ("2026-01-02", "2026-02-27", None),
        ("2026-01-01", "2026-01-30", None),
        ("2026-01-31", "2026-01-01", None),
    ],
)
def test_which_days_are_whole_months(first: str, last: str, months: tuple[str, str] | None) -> None:
    day = date.fromisoformat
    expected = months and (day(months[0]), day(months[1]))
    assert whole_months(day(first), day(last)) == expected


def test_the_summaries_of_this_chain_equal_its_lines(chain: ChainThatSold) -> None:
    assert Sale.objects.filter(channel=Sale.Channel.ONLINE).count() > 30
    assert summary_differences() == []

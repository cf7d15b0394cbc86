"""Rows of a report's table as the page writes them."""

from datetime import date
from decimal import Decimal

from django.utils import translation

from backoffice.reports.links import Reader
from backoffice.reports.periods import Days
from backoffice.reports.query import Compare, Query
from backoffice.reports.table import Column, Kind
from backoffice.reports.written import RowWriter

COLUMNS = (
    Column("store", "Store <of>", link="store", known_by="store_code", beside="store_code"),
    Column("store_code", "Code", Kind.CODE),
    Column("sku_id", "", Kind.REF),
    Column("day", "Day", Kind.DAY),
    Column("tickets", "Tickets", Kind.NUMBER, totalled=True, link="receipts"),
    Column("revenue", "Revenue", Kind.MONEY, totalled=True),
)
MARCH = Days(date(2026, 3, 1), date(2026, 3, 31))
READER = Reader("sales", Query.of(MARCH, compare=Compare.NONE), "", True, True)


def test_cells_are_escaped_and_lead_on_and_figures_stand_to_the_right() -> None:
    row = ["<b>Lyon</b> & co", "lyon", 12, date(2026, 3, 2), 1234, None]
    with translation.override("en"):
        written = RowWriter(COLUMNS, READER).body([row])
    assert written == (
        "<tr>"
        '<td data-label="Store &lt;of&gt;"><a href="/stores/lyon/reports/sales/?first=2026-03-01'
        '&amp;last=2026-03-31&amp;compare=none">&lt;b&gt;Lyon&lt;/b&gt; &amp; co</a></td>'
        '<td class="code" data-label="Code">lyon</td>'
        '<td class="nowrap" data-label="Day">2 Mar 2026</td>'
        '<td class="number" data-label="Tickets"><a class="figure-link" href="/stores/lyon/sales/'
        '?first=2026-03-02&amp;last=2026-03-02">1,234</a></td>'
        '<td class="number" data-label="Revenue (€)">–</td>'
        "</tr>"
    )


def test_totals_are_without_the_first_cell_and_say_nothing_where_nothing_is_added_up() -> None:
    with translation.override("fr"):
        written = RowWriter(COLUMNS, READER).totals([None, None, None, None, 3, Decimal("1234.50")])
    assert written == (
        '<td class="code" data-label="Code"></td><td class="nowrap" data-label="Day"></td>'
        '<td class="number" data-label="Tickets">3</td>'
        '<td class="number" data-label="Revenue (€)">1\xa0234,50</td>'
    )

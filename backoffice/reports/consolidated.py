"""The consolidated report: sales of a period, stock now and open orders, per store and product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, CharField, Count, F, OuterRef, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils import timezone

from backoffice.lib.money import ZERO
from backoffice.lib.snapshots import reading_one_snapshot
from backoffice.reports.periods import ONE_DAY, Days
from backoffice.reports.rows import BestRow, ConsolidatedReport, Figures, ProductRow, StoreRow
from backoffice.reports.sold import SalesByPlace, SkuId, Sums, ended, sold_by_sku
from inventory.models import Sku, StockLevel
from shop.models import Order
from stores.models import Location

BEST = 10
BEST_DAYS = 30
PROMISED = (  # paid, and the goods are not handed over yet
    Order.State.PAID,
    Order.State.CONFIRMED,
    Order.State.PREPARING,
    Order.State.READY,
)


@dataclass(frozen=True)
class ReportPage:
    """A report of which `products` holds one page, and what the pager says about the rest."""

    report: ConsolidatedReport
    pager: Page[Any]
    sold_products: int  # without the search


def consolidated_report(places: Sequence[Location], days: Days) -> ConsolidatedReport:
    """The whole report of some places, in one snapshot; a place that is closed and has no figures
    is left out."""
    with reading_one_snapshot():
        gathered = _Gathered(places, days)
        return gathered.report(range(len(gathered.sold)))


def consolidated_page(
    places: Sequence[Location], days: Days, *, search: str, page: str, per_page: int
) -> ReportPage:
    """The same report with only those products that one page shows."""
    with reading_one_snapshot():
        gathered = _Gathered(places, days)
        ranks: Sequence[int] = range(len(gathered.sold))
        if search:
            matching = set(Sku.objects.search(search).values_list("pk", flat=True))
            ranks = [rank for rank in ranks if gathered.sold.sku_ids[rank] in matching]
        pager = Paginator(ranks, per_page).get_page(page)
        report = gathered.report(list(pager.object_list))
        return ReportPage(report, pager, len(gathered.sold))


class _Gathered:
    """What the queries over whole stores found; `sold` is every SKU sold, most units first."""

    def __init__(self, places: Sequence[Location], days: Days) -> None:
        self.days = days
        self.best_days = Days(days.last - (BEST_DAYS - 1) * ONE_DAY, days.last)
        self.made_at = timezone.now()
        self.places = {place.pk: place for place in places}
        ranges = [days, days.before, self.best_days, ended(days), ended(self.best_days)]
        self.sales = SalesByPlace(self.places, ranges)
        self.sold, best_sold = sold_by_sku(self.places, [days, self.best_days], self.sales)
        self.best_sold = [best_sold[rank] for rank in range(min(BEST, len(best_sold)))]

    def report(self, ranks: Sequence[int]) -> ConsolidatedReport:
        """The report with these of the products that were sold, in this order."""
        shown = [self.sold[rank] for rank in ranks]
        skus = self._skus({row.sku_id for row in (*shown, *self.best_sold)})
        return ConsolidatedReport(
            days=self.days,
            best_days=self.best_days,
            made_at=self.made_at,
            stores=self._stores(),
            products=[
                ProductRow(row.sku_id, code, name, row.units, row.revenue, stock)
                for row in shown
                for code, name, stock in [skus[row.sku_id]]
            ],
            best=[
                BestRow(rank, row.sku_id, *skus[row.sku_id][:2], row.units, row.revenue)
                for rank, row in enumerate(self.best_sold, 1)
            ],
        )

    def _stores(self) -> list[StoreRow]:
        now, before = self.sales.over(self.days), self.sales.over(self.days.before)
        stock, orders = self._stock_and_orders()
        rows = []
        for place in sorted(self.places.values(), key=_stores_first):
            sold, earlier = now.get(place.pk, Sums()), before.get(place.pk, Sums())
            figures = Figures(
                revenue=sold.revenue,
                tickets=sold.tickets,
                units=sold.units,
                revenue_before=earlier.revenue,
                tickets_before=earlier.tickets,
                units_before=earlier.units,
                stock_units=stock.get(place.pk, (0, ZERO))[0],
                stock_value=stock.get(place.pk, (0, ZERO))[1],
                open_orders=orders.get(place.pk, (0, ZERO))[0],
                open_orders_value=orders.get(place.pk, (0, ZERO))[1],
            )
            if place.is_active or figures != Figures():
                is_store = place.kind == Location.Kind.STORE
                rows.append(StoreRow(place.pk, place.code, place.name, is_store, figures))
        return rows

    def _stock_and_orders(self) -> tuple[dict[int, tuple[int, Decimal]], ...]:
        """By place: units and value of the stock, number and value of the orders that are paid and
        not handed over; in one query."""
        levels = StockLevel.objects.filter(location__in=self.places).values("location_id")
        orders = Order.objects.filter(location__in=self.places, state__in=PROMISED)
        in_stock = levels.annotate(
            kind=Value(0), count=Sum("on_hand"), amount=Sum(F("on_hand") * F("sku__cost"))
        )
        promised = (
            orders.order_by()
            .values("location_id")
            .annotate(kind=Value(1), count=Count("pk"), amount=Sum("total"))
        )
        columns = ("kind", "location_id", "count", "amount")
        found: tuple[dict[int, tuple[int, Decimal]], ...] = ({}, {})
        rows = in_stock.values_list(*columns).union(promised.values_list(*columns), all=True)
        for kind, place, count, amount in rows:
            found[kind][place] = (count, amount)
        return found

    def _skus(self, sku_ids: set[SkuId]) -> dict[SkuId, tuple[str, str, int]]:
        """Code, name and stock now, in these places, of the SKUs."""
        stock = (
            StockLevel.objects.filter(sku=OuterRef("pk"), location__in=self.places)
            .order_by()
            .values("sku")
            .annotate(units=Sum("on_hand"))
            .values("units")
        )
        name = Case(
            When(variant="", then=F("product__name")),
            default=Concat("product__name", Value(" – "), "variant"),
            output_field=CharField(),
        )
        rows = (
            Sku.objects.filter(pk__in=sku_ids)
            .order_by()
            .values_list("pk", "code", name, Coalesce(Subquery(stock), 0))
        )
        return {pk: (code, full_name, units) for pk, code, full_name, units in rows}


def _stores_first(place: Location) -> tuple[bool, str]:
    return (place.kind != Location.Kind.STORE, place.name.casefold())

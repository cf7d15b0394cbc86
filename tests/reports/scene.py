"""A chain in which every report has something to tell: long lists, amounts over a thousand, losses,
names that a spreadsheet could take for formulas, and figures of the days before."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import time_machine

from backoffice.actions.snapshots import run_report
from backoffice.models import Snapshot
from backoffice.reports.definitions import REPORTS
from backoffice.reports.periods import Days
from backoffice.reports.query import Compare, Query
from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import Less, approve_restock, refuse_restock
from inventory.models import RestockLine, Sku, StockAdjustment, StockLevel
from shop.actions.fulfilment import hand_over
from shop.actions.order import Delivery, cancel_order
from shop.models import Customer
from stores.models import Role, User
from tests.factories import (
    make_category,
    make_online_location,
    make_product,
    make_restock,
    make_sku,
    make_staff,
    make_store,
)
from tests.reports.goods import at, lose, sell, stock
from tests.shop.orders import place, place_and_pay

NOW = at(3, 31)
DAYS = Days(date(2026, 3, 18), date(2026, 3, 31))
MANY = 45  # articles, more than a page shows
Reason = StockAdjustment.Reason


@dataclass(frozen=True)
class Run:
    """How a report is asked."""

    report: str
    group_by: str = ""
    then_by: str = ""

    def __str__(self) -> str:
        return "-".join(filter(None, (self.report, self.group_by, self.then_by)))

    def query(self) -> Query:
        compares = REPORTS[self.report].compares
        return Query.of(
            DAYS,
            compare=Compare.BEFORE if compares else Compare.NONE,
            group_by=self.group_by,
            then_by=self.then_by,
        )


ASKED = [
    Run("consolidated"),
    Run("sales", "channel", "hour"),
    Run("sales", "month", "store"),
    Run("stock", "article", "store"),
    Run("losses", "reason", "person"),
    Run("losses", "week", "store"),
    Run("orders", "day", "store"),
]
RUNS = ASKED + [
    Run(name, next(iter(definition.groupings), ""))
    for name, definition in REPORTS.items()
    if name not in {run.report for run in ASKED}
]


class Scene:
    """The chain, at noon on 31 March, and a run of every report by head office."""

    def __init__(self) -> None:
        self.office = make_staff(Role.HEAD_OFFICE)
        self.central = make_online_location("central")
        self.lyon, self.paris = make_store("lyon", name="Lyon"), make_store("paris", name="Paris")
        self.places = [self.lyon, self.paris, self.central]
        drinks = make_category("Thés, cafés & cacao")
        self.mouse = make_sku(
            "MOUSE", name="Souris optique", variant="noir", price="1234.50", cost="617.25"
        )
        self.sum = make_sku("=SUM(A1)", name="=SUM(A1:A9)", price="3.99", cost="0.35")
        tea = make_product("Thé vert, très long nom qui passe à la ligne", category=drinks)
        self.tea = make_sku("TEA", product=tea, price="8.90", cost="4.05")
        self.shelves()
        self.till()
        self.gaps()
        self.restock()
        self.orders()
        self.customers()
        self.runs = {run: self.run(run) for run in RUNS}

    def shelves(self) -> None:
        for place_ in self.places:
            for sku in (self.mouse, self.sum, self.tea):
                stock(place_, sku, 1200, at(1, 5))
        for place_, units in ((self.lyon, 3), (self.paris, 1200)):
            stock(place_, make_sku(price="19.90"), units, at(3, 31) - timedelta(days=200))
        plain = make_product("Pièce détachée")
        parts = Sku.objects.bulk_create(
            Sku(product=plain, variant=f"n° {n}", code=f"PART-{n:02}", price=n, cost=n)
            for n in range(1, MANY + 1)
        )
        StockLevel.objects.bulk_create(
            StockLevel(location=self.lyon, sku=sku, on_hand=1111 * n % 2000)
            for n, sku in enumerate(parts, 1)
        )

    def till(self) -> None:
        for store, units in ((self.lyon, 3), (self.paris, 2)):
            sell(store, self.mouse, units, at(3, 10, 9))
            sell(store, self.mouse, units + 1, at(3, 20, 10))
            sell(store, self.tea, 10, at(3, 25, 16))
        sell(self.paris, self.sum, 7, at(3, 29, 8))
        sell(self.paris, self.tea, 1190, at(3, 28))  # the last ones: out of stock

    def gaps(self) -> None:
        clerk = make_staff(Role.MANAGER, self.lyon)
        User.objects.filter(pk=clerk.pk).update(name="Éloïse d’Aubigné")
        lose(self.lyon, self.mouse, 2, at(3, 12), by=clerk)
        lose(self.lyon, self.mouse, 3, at(3, 22), by=clerk)
        lose(self.paris, self.sum, 5, at(3, 23), reason=Reason.DAMAGED)
        lose(self.lyon, self.tea, 4, at(3, 24), reason=Reason.FOUND, by=clerk)

    def restock(self) -> None:
        logistics = make_staff(Role.LOGISTICS)
        wanted = {self.mouse: 10, self.tea: 1500}
        for store, asked, decided in (
            (self.lyon, at(3, 9), at(3, 11)),
            (self.paris, at(3, 19), at(3, 20)),
        ):
            with time_machine.travel(asked, tick=False):
                request = make_restock(wanted, store=store, warehouse=self.central)
            with time_machine.travel(decided, tick=False):
                less = {self.tea.pk: Less(20, RestockLine.Reason.NO_STOCK)}
                approve_restock(request.pk, less=less, by=logistics)
                carry_out_restock(request.pk)
        with time_machine.travel(at(3, 26), tick=False):
            refused = make_restock({self.sum: 6}, store=self.lyon, warehouse=self.central)
            refuse_restock(refused.pk, reason="No", by=logistics)

    def orders(self) -> None:
        collect = Delivery(store=self.lyon)
        for when, handed in ((at(3, 8), at(3, 9)), (at(3, 20), at(3, 21, 18))):
            with time_machine.travel(when, tick=False):
                order = place_and_pay({self.tea: 5}, delivery=collect)
            with time_machine.travel(handed, tick=False):
                hand_over(order.pk, by=self.office)
        with time_machine.travel(at(3, 27), tick=False):
            gone = place({self.tea: 2}, delivery=collect)
            cancel_order(gone.pk, by=gone.customer.user)
            place_and_pay({self.sum: 100})

    def customers(self) -> None:
        """Their names and addresses are found wherever they stand."""
        for number, customer in enumerate(Customer.objects.select_related("user")):
            named = {"name": f"Zénobie Cliente {number}", "email": f"cliente-{number}@x.example"}
            User.objects.filter(pk=customer.user_id).update(**named)

    def run(self, run: Run) -> Snapshot:
        with time_machine.travel(NOW, tick=False):
            return run_report(
                run.report, self.places, run.query(), key=str(uuid4()), by=self.office
            )

"""Line 7: what recording a sale of three lines costs beside writing the same rows bare."""

import os
import statistics
import time
import uuid
from collections.abc import Callable
from decimal import Decimal
from itertools import batched, cycle
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from inventory.models import Document, Sku, StockLevel, StockMovement
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Sale, SaleLine, Tender
from stores.models import Location, User
from stores.models.location import outer_place
from tests.bench.measure import ROUNDS, Load, Processes

NUMBER = 150
BARE_YEAR = 1900  # the bare rows' receipts, apart from those of the shops


def measure(table: Any) -> None:
    """Print the row: record_sale ÷ the same rows through the bare ORM, in this process."""
    here = Processes(os.getpid(), int(os.environ["BENCH_POSTGRES"]))
    recorded, bare = _sales(), _bare_rows()
    for warm_up in (recorded, bare):
        _timed(here, warm_up, 20)
    rounds = [(_timed(here, recorded), _timed(here, bare)) for _round in range(ROUNDS)]
    value = statistics.median(sale.cpu_ms / rows.cpu_ms for sale, rows in rounds)
    table.show("7", "commit of a 3-line sale ÷ bare ORM", value, 4, 2.5, [r[0] for r in rounds])
    table.show("", "bare ORM, the same rows", 1, None, None, [r[1] for r in rounds])


def _timed(processes: Processes, once: Callable[[], None], number: int = NUMBER) -> Load:
    latencies = []
    before, began = processes.cpu_ms(), time.perf_counter()
    for _turn in range(number):
        start = time.perf_counter()
        once()
        latencies.append(1000 * (time.perf_counter() - start))
    return Load(
        cpu_ms=(processes.cpu_ms() - before) / number,
        latencies=sorted(latencies),
        per_second=number / (time.perf_counter() - began),
        size=0,
        failures=0,
    )


def _stocked(location: Location) -> list[Sku]:
    """The best stocked SKUs of a place, with plenty of each."""
    levels = StockLevel.objects.at(location).filter(on_hand__gt=3).order_by("-on_hand")[:600]
    return list(Sku.objects.filter(levels__in=list(levels)).select_related("product__tax_rate"))


def _sales() -> Callable[[], None]:
    location = Location.objects.get(code="lyon")
    clerk = User.objects.get(email="clerk.lyon@comptoir.example")
    threes = cycle(batched(_stocked(location), 3, strict=False))

    def sell() -> None:
        record_sale(
            key=uuid.uuid4(),
            location=location,
            items=[Item(sku.pk, 1) for sku in next(threes)],
            tenders=[Paid(Tender.Kind.CARD)],
            by=clerk,
        )

    return sell


def _bare_rows() -> Callable[[], None]:
    location = Location.objects.get(code="paris")
    customer = outer_place(Location.Kind.CUSTOMER)
    clerk = User.objects.get(email="clerk.paris@comptoir.example")
    threes = cycle(batched(_stocked(location), 3, strict=False))
    numbers = Sale.objects.filter(location=location, year=BARE_YEAR).aggregate(last=Max("number"))
    number = numbers["last"] or 0

    @transaction.atomic
    def write() -> None:
        nonlocal number
        number += 1
        skus = next(threes)
        total = sum((sku.price for sku in skus), Decimal(0))
        sale = Sale.objects.create(
            key=uuid.uuid4(),
            content_hash="",
            location=location,
            year=BARE_YEAR,
            number=number,
            sold_on=location.local_day(),
            sold_hour=12,
            by=clerk,
            units=len(skus),
            total=total,
            tax=0,
        )
        for sku in skus:
            SaleLine.objects.create(
                sale=sale,
                sku=sku,
                name=sku.full_name,
                code=sku.code,
                quantity=1,
                unit_price=sku.price,
                unit_cost=sku.cost,
                tax_rate=0,
                tax=0,
                total=sku.price,
            )
            StockMovement.objects.create(
                sku=sku,
                source=location,
                destination=customer,
                quantity=1,
                document=Document.SALE,
                document_id=sale.pk,
                by=clerk,
            )
            StockLevel.objects.filter(location=location, sku=sku).update(on_hand=F("on_hand") - 1)
        Tender.objects.create(sale=sale, kind=Tender.Kind.CARD, amount=total, given=total)

    return write

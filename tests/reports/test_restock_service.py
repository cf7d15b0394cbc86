"""What stores asked for against what they got, on requests that were worked out by hand."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import time_machine

from inventory.actions.arrival import Counted, Fate, receive_transfer, settle_rest
from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import Less, approve_restock, refuse_restock
from inventory.models import RestockLine, RestockRequest, Sku
from inventory.queries.report_keys import Chosen
from inventory.queries.restock_service import (
    FIGURES,
    FIGURES_OF_LINES,
    restock_cuts,
    restock_service,
)
from stores.models import Location, Role
from tests.factories import make_restock, make_sku, make_staff, make_store, make_warehouse
from tests.reports.goods import at, stock

pytestmark = pytest.mark.django_db

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
NOW = at(4, 10)
Reason = RestockLine.Reason


class March:
    """Lyon asks three times. 10 mice and 20 cables, of which 15 cables are approved, are there after
    2 days. 10 mice are sent after 1 day, and 4 days after they were asked 7 have come and 3 never
    will. 6 mice are refused. Paris asks for 5 mice, which wait, and withdraws nothing."""

    def __init__(self) -> None:
        self.mouse = make_sku("MOUSE", name="Mouse", cost="6.00")
        self.cable = make_sku("CABLE", name="Cable", cost="1.50")
        self.central = make_warehouse("central", name="Central")
        self.lyon = make_store("lyon", name="Lyon", receives_by_hand=True)
        self.paris = make_store("paris", name="Paris")
        self.logistics = make_staff(Role.LOGISTICS)
        for sku in (self.mouse, self.cable):
            stock(self.central, sku, 500, at(1, 1))
        first = self.asked(self.lyon, {self.mouse: 10, self.cable: 20}, at(3, 2))
        self.sent(first, at(3, 3), {self.cable.pk: Less(15, Reason.WHOLE_PACKS)})
        self.received(first, at(3, 4), {self.mouse: 10, self.cable: 15})
        second = self.asked(self.lyon, {self.mouse: 10}, at(3, 10))
        self.sent(second, at(3, 11), {})
        self.received(second, at(3, 14), {self.mouse: 7}, gone=3)
        third = self.asked(self.lyon, {self.mouse: 6}, at(3, 20))
        with time_machine.travel(at(3, 21), tick=False):
            refuse_restock(third.pk, reason="No", by=self.logistics)
        self.asked(self.paris, {self.mouse: 5}, at(3, 31, 21, 59))  # 23:59 there
        self.asked(self.paris, {self.mouse: 100}, at(3, 31, 22))  # April, there

    def asked(self, store: Location, wanted: dict[Sku, int], when: datetime) -> RestockRequest:
        with time_machine.travel(when, tick=False):
            return make_restock(wanted, store=store, warehouse=self.central)

    def sent(self, request: RestockRequest, when: datetime, less: dict[int, Less]) -> None:
        with time_machine.travel(when, tick=False):
            approve_restock(request.pk, less=less, by=self.logistics)
            carry_out_restock(request.pk)

    def received(
        self, request: RestockRequest, when: datetime, units: dict[Sku, int], gone: int = 0
    ) -> None:
        manager, counted = make_staff(Role.MANAGER, self.lyon), units.items()
        with time_machine.travel(when, tick=False):
            transfer = request.transfer
            receive_transfer(
                transfer.pk,
                key=uuid4(),
                counted={sku.pk: Counted(count) for sku, count in counted},
                by=manager,
            )
            if gone:
                fates = {self.mouse.pk: Fate(written_off=gone, reason=Reason.OTHER)}
                settle_rest(transfer.pk, key=uuid4(), fates=fates, by=manager)

    @property
    def chosen(self) -> Chosen:
        return Chosen([self.lyon.pk, self.paris.pk])


@pytest.fixture
def march() -> March:
    return March()


def rows(
    march: March, by: str, names: int, chosen: Chosen | None = None
) -> dict[Any, dict[str, Any]]:
    found = restock_service(chosen or march.chosen, FIRST, LAST, by=[by], now=NOW)
    figures = list(FIGURES if by in ("store", "warehouse", "week") else FIGURES_OF_LINES)
    return {row[0]: dict(zip(figures, row[names:], strict=True)) for row in found.rows}


def test_a_store_that_got_most_of_what_it_asked(march: March) -> None:
    assert rows(march, "store", 2)["Lyon"] == {
        "lines": 4,
        "asked": 46,
        "approved": 35,
        "sent": 35,
        "received": 32,
        "open": 0,
        "fill": Decimal("69.6"),
        "whole": 1,
        "line_fill": Decimal("25.0"),
        "requests": 3,
        "late": 1,
        "median": Decimal("3.0"),
        "most": Decimal("3.8"),
    }


def test_what_waits_is_still_to_come_and_has_no_wait(march: March) -> None:
    paris = rows(march, "store", 2)["Paris"]
    assert paris == {
        "lines": 1,
        "asked": 5,
        "approved": 0,
        "sent": 0,
        "received": 0,
        "open": 5,
        "fill": Decimal("0.0"),
        "whole": 0,
        "line_fill": Decimal("0.0"),
        "requests": 1,
        "late": 0,
        "median": None,
        "most": None,
    }


def test_the_total_is_of_requests_not_of_lines(march: March) -> None:
    total = restock_service(march.chosen, FIRST, LAST, by=["store"], now=NOW).total
    named = dict(zip(FIGURES, total, strict=True))
    assert (named["requests"], named["lines"], named["asked"], named["received"]) == (4, 5, 51, 32)
    assert (named["median"], named["most"]) == (Decimal("3.0"), Decimal("3.8"))
    assert named["fill"] == Decimal("62.7")


def test_articles_have_no_wait_of_their_own(march: March) -> None:
    found = rows(march, "article", 3)
    assert list(found) == ["Mouse", "Cable"]
    assert found["Cable"]["fill"] == Decimal("75.0")
    assert found["Mouse"]["asked"] == 31


def test_one_article_of_several_is_counted_once_per_request(march: March) -> None:
    mice = Chosen(march.chosen.places, skus=[march.mouse.pk])
    lyon = rows(march, "store", 2, mice)["Lyon"]
    assert (lyon["requests"], lyon["lines"], lyon["asked"]) == (3, 3, 26)
    assert lyon["median"] == Decimal("3.0")


def test_why_it_was_less(march: March) -> None:
    found = restock_cuts(march.chosen, FIRST, LAST, now=NOW)
    assert found.rows == [
        ["refused", "", 1, 6, Decimal("36.00")],
        ["approved", "whole_packs", 1, 5, Decimal("7.50")],
        ["received", "other", 1, 3, Decimal("18.00")],
    ]
    assert found.total == [3, 14, Decimal("61.50")]


def test_the_centre_sees_what_was_asked_of_it_and_a_week_is_the_stores(march: March) -> None:
    central = rows(march, "warehouse", 2, Chosen([march.central.pk]))
    assert list(central) == ["Central"]
    assert central["Central"]["asked"] == 51
    weeks = rows(march, "week", 1)
    assert {week: named["asked"] for week, named in weeks.items()} == {
        date(2026, 3, 2): 30,
        date(2026, 3, 9): 10,
        date(2026, 3, 16): 6,
        date(2026, 3, 30): 5,
    }


def test_another_store_is_none_of_it(march: March) -> None:
    assert list(rows(march, "store", 2, Chosen([march.paris.pk]))) == ["Paris"]
    april = restock_service(march.chosen, date(2026, 4, 1), date(2026, 4, 1), now=NOW).total
    assert april[1] == 100

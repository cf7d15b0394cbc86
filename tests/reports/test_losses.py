"""What went without being sold: by reason, place and person, at cost."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
import time_machine

from inventory.actions.arrival import Counted, Fate, receive_transfer, settle_rest
from inventory.models import RestockLine, StockAdjustment
from inventory.queries.losses import losses
from inventory.queries.report_keys import Chosen
from stores.models import Location, Role
from tests.factories import make_arrival, make_sku, make_staff, make_store
from tests.reports.goods import at, lose, stock

pytestmark = pytest.mark.django_db

Reason = StockAdjustment.Reason
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


class Month:
    """In March, Lyon loses 4 mice of 6.00, damages 2 cables of 1.50 and finds 1 mouse; Paris gets 10
    cables of which 3 are rejected as expired and 2 never arrive. A delivery is no loss."""

    def __init__(self) -> None:
        self.mouse = make_sku("MOUSE", name="Mouse", cost="6.00")
        self.cable = make_sku("CABLE", name="Cable", cost="1.50")
        self.lyon, self.paris = make_store("lyon", name="Lyon"), make_store("paris", name="Paris")
        ana, bea = make_staff(Role.MANAGER, self.lyon), make_staff(Role.MANAGER, self.lyon)
        type(ana).objects.filter(pk=ana.pk).update(name="Ana")
        type(bea).objects.filter(pk=bea.pk).update(name="Bea")
        stock(self.lyon, self.mouse, 20, at(2, 1))
        stock(self.lyon, self.cable, 20, at(2, 1))
        lose(self.lyon, self.mouse, 4, at(3, 2), by=ana)
        lose(self.lyon, self.cable, 2, at(3, 3), reason=Reason.DAMAGED, by=bea)
        lose(self.lyon, self.mouse, 1, at(3, 4), reason=Reason.FOUND, by=ana)
        lose(self.lyon, self.mouse, 50, at(3, 5), reason=Reason.RECEIVED, by=ana)
        lose(self.lyon, self.mouse, 7, at(2, 28, 22), by=ana)  # 23:00 there: still February
        lose(self.lyon, self.mouse, 8, at(3, 31, 22), by=ana)  # midnight there: April
        self._receive()

    def _receive(self) -> None:
        manager = make_staff(Role.MANAGER, self.paris)
        type(manager).objects.filter(pk=manager.pk).update(name="Carl")
        with time_machine.travel(at(3, 10), tick=False):
            arrival = make_arrival({self.cable: 10}, destination=self.paris)
            receive_transfer(
                arrival.pk,
                key=uuid4(),
                counted={self.cable.pk: Counted(5, 3, RestockLine.Reason.EXPIRED)},
                by=manager,
            )
            gone = {self.cable.pk: Fate(written_off=2, reason=RestockLine.Reason.OTHER)}
            settle_rest(arrival.pk, key=uuid4(), fates=gone, by=manager)

    def chosen(self, *places: Location) -> Chosen:
        return Chosen([place.pk for place in places or (self.lyon, self.paris)])


@pytest.fixture
def month() -> Month:
    return Month()


def row(lost: int, lost_cost: str, found: int, found_cost: str, cost: str) -> list[object]:
    return [lost, Decimal(lost_cost), found, Decimal(found_cost), Decimal(cost)]


def test_reasons_of_adjustments_and_of_transfers(month: Month) -> None:
    found = losses(month.chosen(), FIRST, LAST, by=["reason"])
    assert {name: figures for name, *figures in found.rows} == {
        "lost": row(4, "24.00", 0, "0.00", "24.00"),
        "damaged": row(2, "3.00", 0, "0.00", "3.00"),
        "found": row(0, "0.00", 1, "6.00", "-6.00"),
        "rejected_expired": row(3, "4.50", 0, "0.00", "4.50"),
        "written_off_other": row(2, "3.00", 0, "0.00", "3.00"),
    }
    assert found.total == row(11, "34.50", 1, "6.00", "28.50")
    assert [name for name, *_figures in found.rows][:2] == ["lost", "rejected_expired"]


def test_a_place_sees_its_own_alone(month: Month) -> None:
    """What is lost on the road is missed where it should have arrived."""
    lyon = losses(month.chosen(month.lyon), FIRST, LAST, by=["store"])
    assert [r[0] for r in lyon.rows] == ["Lyon"]
    assert lyon.total == row(6, "27.00", 1, "6.00", "21.00")
    assert losses(month.chosen(month.paris), FIRST, LAST).total == row(5, "7.50", 0, "0.00", "7.50")


def test_who_and_what_and_when(month: Month) -> None:
    people = losses(month.chosen(), FIRST, LAST, by=["person"])
    assert {r[0]: r[-1] for r in people.rows} == {
        "Ana": Decimal("18.00"),
        "Bea": Decimal("3.00"),
        "Carl": Decimal("7.50"),
    }
    articles = losses(month.chosen(), FIRST, LAST, by=["article"])
    assert {r[1]: r[-1] for r in articles.rows} == {
        "MOUSE": Decimal("18.00"),
        "CABLE": Decimal("10.50"),
    }
    days = losses(month.chosen(month.lyon), FIRST, LAST, by=["day"])
    assert {r[0].day: r[-1] for r in days.rows} == {
        2: Decimal("24.00"),
        3: Decimal("3.00"),
        4: Decimal("-6.00"),
    }


def test_the_edges_are_the_places_own_midnights(month: Month) -> None:
    assert losses(month.chosen(), date(2026, 2, 28), date(2026, 2, 28)).total[0] == 7
    assert losses(month.chosen(), date(2026, 4, 1), date(2026, 4, 1)).total[0] == 8

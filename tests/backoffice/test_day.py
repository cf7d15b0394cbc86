"""The page of one day of one store: what it sold, by hour, clerk and product, and who reads it."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from backoffice.queries.day import day_of
from inventory.models import Sku
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Sale, Tender
from stores.models import Location, Role, User
from tests.factories import make_level, make_sku, make_staff, make_store

FRIDAY = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)  # 14:00 in Paris
HOUR, WEEK = timedelta(hours=1), timedelta(days=7)
PAGE = "/stores/lyon/days/2026-11-20/"


def sell(sku: Sku, units: int, store: Location, at: datetime, by: User) -> Sale:
    make_level(sku, store, on_hand=units)
    with time_machine.travel(at, tick=False):
        return record_sale(
            key=uuid4(),
            location=store,
            items=[Item(sku.pk, units)],
            tenders=[Paid(Tender.Kind.CARD)],
            by=by,
        )


@pytest.mark.django_db
def test_a_day_is_told_by_hour_clerk_and_product_down_to_the_receipt(client: Client) -> None:
    lyon, paris = make_store("lyon"), make_store("paris")
    ana, bob = make_staff(Role.CLERK, lyon), make_staff(Role.CLERK, lyon)
    tea, cup = make_sku(price="5.00", name="Thé"), make_sku(price="30.00", name="Tasse")
    first = sell(tea, 2, lyon, FRIDAY, ana)
    sell(tea, 4, lyon, FRIDAY + 2 * HOUR, bob)
    last = sell(cup, 1, lyon, FRIDAY + 2 * HOUR, bob)
    sell(cup, 3, lyon, FRIDAY + timedelta(days=1), bob)
    sell(cup, 1, lyon, FRIDAY - WEEK + 4 * HOUR, bob)
    sell(cup, 9, paris, FRIDAY, ana)
    with time_machine.travel(FRIDAY + timedelta(days=2), tick=False):
        day = day_of(lyon, date(2026, 11, 20))
        client.force_login(make_staff(Role.MANAGER, lyon))
        page = client.get(PAGE).text
    assert not day.is_today
    assert (day.takings.today.now.revenue, day.takings.today.then.revenue) == (60, 30)
    assert [(bar.hour, bar.revenue, bar.tickets, bar.height) for bar in day.hours] == [
        (14, 10, 1, 20),
        (15, 0, 0, 0),
        (16, 50, 2, 100),
    ]
    assert [(row.name, row.tickets, row.units, row.revenue, row.average) for row in day.clerks] == [
        (bob.name, 2, 5, 50, 25),
        (ana.name, 1, 2, 10, 10),
    ]
    products = [(row.sku, row.units, row.revenue) for row in day.products]
    assert products == [(tea, 6, 30), (cup, 1, 30)]
    assert [sale.pk for sale in day.receipts] == [last.pk, last.pk - 1, first.pk]
    for link in (
        f"/stores/lyon/sales/{last.pk}/receipt/",
        "/stores/lyon/sales/?day=2026-11-20",
        f"/stores/lyon/stock/{tea.pk}/movements/",
        "/stores/lyon/days/2026-11-19/",
        "/stores/lyon/days/2026-11-21/",
    ):
        assert f'href="{link}"' in page


@pytest.mark.django_db
def test_today_is_compared_until_now_and_has_no_day_after(client: Client) -> None:
    lyon, clerk = make_store("lyon"), make_staff(Role.CLERK)
    tea = make_sku(price="5.00")
    sell(tea, 1, lyon, FRIDAY - HOUR, clerk)
    sell(tea, 2, lyon, FRIDAY - WEEK - HOUR, clerk)
    sell(tea, 4, lyon, FRIDAY - WEEK + HOUR, clerk)
    client.force_login(make_staff(Role.HEAD_OFFICE))
    with time_machine.travel(FRIDAY, tick=False):
        today = day_of(lyon, date(2026, 11, 20)).takings.today
        page = client.get(PAGE).text
        tomorrow = client.get("/stores/lyon/days/2026-11-21/").status_code
    assert (today.now.revenue, today.then.revenue) == (5, 10)
    assert "/stores/lyon/days/2026-11-21/" not in page
    assert tomorrow == 404


@pytest.mark.django_db
def test_a_day_that_is_none_is_not_found(client: Client) -> None:
    make_store("lyon")
    client.force_login(make_staff(Role.HEAD_OFFICE))
    for day in ("2026-02-30", "today", "0001-01-01", "9999-12-31", "20261120"):
        assert client.get(f"/stores/lyon/days/{day}/").status_code == 404
    assert "Nothing was sold on this day." in client.get("/stores/lyon/days/2020-01-01/").text


@pytest.mark.django_db
def test_a_day_is_for_the_stores_manager_head_office_and_auditor(client: Client) -> None:
    lyon = make_store("lyon")
    statuses = {}
    for person in (
        make_staff(Role.MANAGER, lyon),
        make_staff(Role.HEAD_OFFICE),
        make_staff(Role.AUDITOR),
        make_staff(Role.CLERK, lyon),
        make_staff(Role.LOGISTICS),
        make_staff(Role.MANAGER),
    ):
        client.force_login(person)
        statuses[person] = client.get("/stores/lyon/days/2020-01-01/").status_code
    assert list(statuses.values()) == [200, 200, 200, 403, 403, 404]

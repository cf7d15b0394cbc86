"""The last changes of a thing, on its own page; of one place alone for those who work there."""

from uuid import uuid4

import pytest
from django.test import Client

from inventory.actions.adjustments import adjust_stock
from inventory.actions.policy import set_thresholds
from inventory.models import StockAdjustment
from stores.models import Company, Role
from tests.factories import make_level, make_membership, make_sku, make_staff, make_store, make_user

pytestmark = pytest.mark.django_db
TITLE = "Who changed what"


def test_settings_and_places_show_who_changed_them(client: Client) -> None:
    store = make_store("lyon", name="Lyon")
    client.force_login(make_staff(Role.HEAD_OFFICE))
    Company.objects.update(order_hold_minutes=77)
    store.street = "1 rue Mercière"
    store.save()
    settings = client.get("/head-office/settings/").text
    assert TITLE in settings
    assert "<ins>77</ins>" in settings
    assert "?thing=stores_company-1" in settings
    assert "<ins>1 rue Mercière</ins>" in client.get(f"/head-office/stores/{store.pk}/").text


def test_a_manager_reads_the_changes_of_their_own_thresholds_alone(client: Client) -> None:
    lyon, paris = make_store("lyon", name="Lyon"), make_store("paris", name="Paris")
    sku, ana, ben = make_sku(), make_user(name="Ana Here"), make_user(name="Ben There")
    for place, by, target in ((lyon, ana, 21), (paris, ben, 34)):
        make_level(sku, place)
        set_thresholds(place, sku.pk, reorder_point=2, target=target, by=by)
    client.force_login(make_membership(Role.MANAGER, lyon).user)
    page = client.get(f"/stores/lyon/stock/{sku.pk}/thresholds/").text
    assert "Ana Here" in page
    assert "Target: 21" in page
    assert "Ben There" not in page
    assert "Target: 34" not in page
    assert "head-office/audit" not in page


def test_an_adjustment_says_who_made_it(client: Client) -> None:
    lyon, sku, ana = make_store("lyon"), make_sku("MOUSE-1"), make_user(name="Ana Here")
    make_level(sku, lyon, on_hand=4)
    lost = StockAdjustment.Reason.LOST
    made = adjust_stock(lyon, {sku.pk: 1}, key=uuid4(), reason=lost, note="broken", by=ana)
    client.force_login(make_membership(Role.MANAGER, lyon).user)
    page = client.get(f"/stores/lyon/stock/adjustments/{made.pk}/").text
    assert "Ana Here" in page[page.index(TITLE) :]
    assert "Note: broken" in page

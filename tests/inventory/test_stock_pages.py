import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inventory.actions.stock import Move, move_stock, reserve_stock
from inventory.models import (
    Alert,
    Cause,
    Document,
    StockAdjustment,
    StockLevel,
    StockMovement,
    Transfer,
)
from inventory.queries.ledger import document_pages
from stores.models import Location, Role, User
from stores.models.location import outer_place
from tests.factories import (
    make_arrival,
    make_level,
    make_membership,
    make_sku,
    make_staff,
    make_store,
    make_user,
    make_warehouse,
)
from tests.queries import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client, lyon: Location) -> User:
    person = make_staff(Role.MANAGER, lyon)
    client.force_login(person)
    return person


def store_pages(place: Location, level: StockLevel) -> dict[str, str]:
    code, sku = place.code, level.sku_id
    return {
        "stock": reverse("inventory:store_stock", args=[code]),
        "movements": reverse("inventory:stock_movements", args=[code, sku]),
        "thresholds": reverse("inventory:stock_thresholds", args=[code, sku]),
        "adjust": reverse("inventory:adjustment_new", args=[code]),
    }


def office_pages(place: Location, level: StockLevel) -> list[str]:
    return [
        reverse("inventory:stock_overview"),
        reverse("inventory:movement_list"),
        reverse("inventory:office_movements", args=[level.sku_id, place.code]),
    ]


def adjust(client: Client, place: Location, **form: Any) -> Any:
    given = {"key": str(uuid.uuid4()), "do": "adjust", "reason": "received", "note": ""} | form
    return client.post(reverse("inventory:adjustment_new", args=[place.code]), given)


def figures(level: StockLevel) -> tuple[int, int]:
    level.refresh_from_db()
    return level.on_hand, level.reserved


def test_a_stranger_is_led_to_the_sign_in_page(client: Client, lyon: Location) -> None:
    level = make_level(make_sku(), lyon)
    for address in [*store_pages(lyon, level).values(), *office_pages(lyon, level)]:
        assert client.get(address)["Location"].startswith(reverse("account_login"))


def test_another_stores_pages_do_not_exist(client: Client, manager: User) -> None:
    level = make_level(location=make_store())
    for address in store_pages(level.location, level).values():
        assert client.get(address).status_code == 404
        assert client.post(address, {}).status_code in (404, 405)
    assert {client.get(a).status_code for a in office_pages(level.location, level)} == {403}


def test_a_clerk_looks_and_adjusts_nothing(client: Client, lyon: Location) -> None:
    client.force_login(make_staff(Role.CLERK, lyon))
    level = make_level(make_sku(), lyon, on_hand=5)
    pages = store_pages(lyon, level)
    codes = {name: client.get(address).status_code for name, address in pages.items()}
    assert codes == {"stock": 200, "movements": 200, "thresholds": 403, "adjust": 403}
    refused = adjust(client, lyon, sku=level.sku_id, **{f"units-{level.sku_id}": "1"})
    assert refused.status_code == 403
    assert figures(level) == (5, 0)


def test_logistics_adjusts_at_the_warehouse_and_not_in_a_store(
    client: Client, lyon: Location
) -> None:
    client.force_login(make_membership(Role.LOGISTICS, user=make_user()).user)
    central = make_warehouse("central")
    in_lyon, in_central = make_level(make_sku(), lyon), make_level(make_sku(), central)
    form = {"sku": in_central.sku_id, f"units-{in_central.sku_id}": "100"}
    assert adjust(client, central, **form).status_code == 302
    assert adjust(client, lyon, **form).status_code == 403
    assert (figures(in_central), figures(in_lyon)) == ((100, 0), (0, 0))
    for address in office_pages(lyon, in_lyon):
        assert client.get(address).status_code == 200


def test_the_stock_list_shows_figures_and_what_runs_low(
    client: Client, manager: User, lyon: Location
) -> None:
    low = make_level(make_sku("LOW-1"), lyon, on_hand=5, reserved=2, reorder_point=3)
    out = make_level(make_sku("OUT-1"), lyon)
    make_level(make_sku("FULL-1"), lyon, on_hand=50, reorder_point=3)
    make_level(make_sku("GONE-1", is_active=False), lyon)
    make_level(make_sku("THERE-1"), make_store(), on_hand=9)
    address = reverse("inventory:store_stock", args=["lyon"])

    def codes(**query: str) -> list[str]:
        rows = client.get(address, query).context["table"].rows
        return sorted(row.record.sku.code for row in rows)

    assert codes() == ["FULL-1", "LOW-1", "OUT-1"]
    assert codes(status="low") == ["LOW-1"]
    assert codes(status="out") == ["OUT-1"]
    assert codes(status="ok") == ["FULL-1"]
    assert codes(q="out-1") == ["OUT-1"]
    assert codes(sort="-on_hand", q="1", status="?") == ["FULL-1", "LOW-1", "OUT-1"]
    page = client.get(address).content.decode()
    assert reverse("inventory:stock_movements", args=["lyon", low.sku_id]) in page
    assert reverse("inventory:stock_movements", args=["lyon", out.sku_id]) in page


def test_the_cost_of_goods_is_nowhere_on_a_stores_pages(
    client: Client, manager: User, lyon: Location
) -> None:
    level = make_level(make_sku(price="10.00", cost="77.77"), lyon, on_hand=1)
    for address in store_pages(lyon, level).values():
        assert "77.77" not in client.get(address).content.decode()
    export = client.get(store_pages(lyon, level)["stock"], {"export": "csv"})
    assert b"77.77" not in b"".join(export.streaming_content)  # type: ignore[attr-defined]


def test_a_figure_opens_the_movements_that_add_up_to_it(
    client: Client, manager: User, lyon: Location
) -> None:
    level = make_level(make_sku(), lyon)
    adjust(client, lyon, sku=level.sku_id, **{f"units-{level.sku_id}": "12"})
    customer = outer_place(Location.Kind.CUSTOMER)
    sale = Cause(Document.SALE, 5)
    move_stock([Move(level.sku_id, lyon, customer, 3)], cause=sale, by=manager)
    order = Cause(Document.ORDER, 9)
    reserve_stock(lyon, {level.sku_id: 2}, cause=order, until=None)
    there = make_store(name="Nantes")
    make_level(level.sku, there, on_hand=30, reserved=4)

    response = client.get(reverse("inventory:stock_movements", args=["lyon", level.sku_id]))

    rows = [(row.change, row.after) for row in response.context["rows"]]
    assert rows == [(-3, 9), (12, 12)]
    kinds = {kind.document: kind.change for kind in response.context["kinds"]}
    assert kinds == {Document.ADJUSTMENT: 12, Document.SALE: -3}
    assert [held.reservation.quantity for held in response.context["held"]] == [2]
    adjustment = StockAdjustment.objects.get()
    page = response.content.decode()
    assert reverse("inventory:adjustment_detail", args=["lyon", adjustment.pk]) in page
    elsewhere = [(o.location, o.available_now) for o in response.context["elsewhere"]]
    assert elsewhere == [(there, 26)]
    assert ">30<" not in page


def test_every_kind_of_page_of_a_document_can_be_looked_up(manager: User) -> None:
    causes = [Cause(document, 1) for document in Document]
    pages = document_pages(causes, manager)
    assert {cause: page.address for cause, page in pages.items()} == dict.fromkeys(causes, "")
    assert pages[causes[0]].name == "opening stock"


def test_the_running_figure_goes_on_over_pages(
    client: Client, manager: User, lyon: Location
) -> None:
    level = make_level(make_sku(), lyon)
    supplier = outer_place(Location.Kind.SUPPLIER)
    for number in range(60):
        cause = Cause(Document.RESTOCK, 1000 + number)
        move_stock([Move(level.sku_id, supplier, lyon, 2)], cause=cause, by=None)
    address = reverse("inventory:stock_movements", args=["lyon", level.sku_id])
    first = client.get(address).context
    assert (first["rows"][0].after, first["rows"][-1].after, len(first["rows"])) == (120, 22, 50)
    second = client.get(address, {"before": first["older"]}).context
    assert [row.after for row in second["rows"]] == [20, 18, 16, 14, 12, 10, 8, 6, 4, 2]
    assert second["older"] is None
    for senseless in ("abc", "-1", str(2**70), "0"):
        assert client.get(address, {"before": senseless}).status_code == 200


def test_a_manager_sets_when_the_store_runs_low(
    client: Client, manager: User, lyon: Location
) -> None:
    level = make_level(make_sku(), lyon, on_hand=4)
    address = reverse("inventory:stock_thresholds", args=["lyon", level.sku_id])
    assert client.post(address, {"reorder_point": "5", "target": "20"}).status_code == 302
    level.refresh_from_db()
    assert (level.reorder_point, level.target, level.on_hand) == (5, 20, 4)
    assert Alert.objects.open().get().kind == Alert.Kind.LOW
    htmx = {"HX-Request": "true", "HX-Target": "sku-thresholds"}
    wrong = client.post(address, {"reorder_point": "9", "target": "3"}, headers=htmx)
    assert wrong.status_code == 422
    assert "The target lies above the reorder point." in wrong.content.decode()
    level.refresh_from_db()
    assert (level.reorder_point, level.target) == (5, 20)


@pytest.mark.parametrize(
    ("reason", "before", "after"),
    [("received", 5, 8), ("found", 5, 8), ("lost", 5, 2), ("damaged", 5, 2)],
)
def test_an_adjustment_moves_several_skus_with_its_reason(
    client: Client, manager: User, lyon: Location, reason: str, before: int, after: int
) -> None:
    one, two = (make_level(make_sku(), lyon, on_hand=before) for _number in range(2))
    units = {f"units-{one.sku_id}": "3", f"units-{two.sku_id}": "3"}
    adjust(client, lyon, sku=[one.sku_id, two.sku_id], reason=reason, note="n° 12", **units)
    assert (figures(one), figures(two)) == ((after, 0), (after, 0))
    adjustment = StockAdjustment.objects.get()
    assert (adjustment.reason, adjustment.note, adjustment.by) == (reason, "n° 12", manager)
    moved = StockMovement.objects.filter(document="adjustment", document_id=adjustment.pk)
    assert set(moved.values_list("quantity", "by")) == {(3, manager.pk)}
    page = client.get(reverse("inventory:adjustment_detail", args=["lyon", adjustment.pk]))
    assert "n° 12" in page.content.decode()


def test_the_same_form_twice_moves_stock_once_and_other_content_is_refused(
    client: Client, manager: User, lyon: Location
) -> None:
    level = make_level(make_sku(), lyon)
    form = {"key": str(uuid.uuid4()), "sku": level.sku_id, f"units-{level.sku_id}": "3"}
    first, second = adjust(client, lyon, **form), adjust(client, lyon, **form)
    assert first["Location"] == second["Location"]
    other = adjust(client, lyon, **(form | {f"units-{level.sku_id}": "4"}))
    assert other.status_code == 422
    assert "This form was sent before, with other content." in other.content.decode()
    assert figures(level) == (3, 0)
    assert StockAdjustment.objects.count() == 1


def test_more_than_is_available_is_not_written_off(
    client: Client, manager: User, lyon: Location
) -> None:
    level = make_level(make_sku(name="Café"), lyon, on_hand=5)
    reserve_stock(lyon, {level.sku_id: 4}, cause=Cause(Document.ORDER, 1), until=None)
    refused = adjust(
        client, lyon, reason="lost", sku=level.sku_id, **{f"units-{level.sku_id}": "2"}
    )
    assert refused.status_code == 422
    assert "Café: 2 wanted, 1 available." in refused.content.decode()
    assert figures(level) == (5, 4)
    assert not StockAdjustment.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"units": "0"}, "Type at least 1"),
        ({"units": "-1"}, "Type at least 1"),
        ({"units": str(10**12)}, "Type at most"),
        ({"units": "abc"}, "Type a whole number"),
        ({"units": "1\x00"}, "Type a whole number"),
        ({"units": ""}, "This field is required"),
        ({"reason": ""}, "This field is required"),
        ({"reason": "given"}, "Select a valid choice"),
        ({"note": "x" * 10_000}, "at most 200 characters"),
        ({"note": "a\x00b"}, "Remove the invisible characters"),
        ({"sku": []}, "Add at least one product."),
        ({"sku": ["999999"]}, "exist; it was taken off."),
        ({"sku": ["abc"]}, "exist; it was taken off."),
        ({"key": "abc"}, "valid UUID"),
    ],
)
def test_bad_input_is_answered_in_words_and_moves_nothing(
    client: Client, manager: User, lyon: Location, wrong: dict[str, Any], words: str
) -> None:
    level = make_level(make_sku(), lyon, on_hand=5)
    form: dict[str, Any] = {"sku": [level.sku_id], "units": "1"} | wrong
    form[f"units-{level.sku_id}"] = form.pop("units")
    response = adjust(client, lyon, **form)
    assert response.status_code == 422
    assert words in response.content.decode().replace("&#x27;", "'")
    assert figures(level) == (5, 0)
    assert not StockAdjustment.objects.exists()


def test_products_are_added_by_scan_code_or_name(
    client: Client, manager: User, lyon: Location
) -> None:
    coffee = make_sku("CAF-1", name="Café", barcode="3760001")
    address = reverse("inventory:adjustment_new", args=["lyon"])

    def after(**form: Any) -> Any:
        return client.post(address, form).context

    assert after(do="find", q="3760001")["form"].skus == [coffee]
    twice = after(do="find", q="CAF-1", sku=coffee.pk, **{f"units-{coffee.pk}": "1"})
    assert twice["form"][f"units-{coffee.pk}"].value() == "2"
    assert after(do="find", q="caf")["draft"].found == [coffee]
    assert after(do=f"add-{coffee.pk}", q="caf")["form"].skus == [coffee]
    assert after(do=f"remove-{coffee.pk}", sku=coffee.pk)["form"].skus == []
    assert after(do="find", q="nothing of the kind")["draft"].unknown
    assert not StockMovement.objects.exists()


def test_the_matrix_shows_every_place(client: Client, lyon: Location) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    sku = make_sku("CAF-1", name="Café")
    make_level(sku, lyon, on_hand=20, reserved=3)
    make_level(sku, make_warehouse("central", name="Central"), on_hand=100)
    response = client.get(reverse("inventory:stock_overview"))
    page = response.content.decode()
    assert "3 reserved" in page
    assert reverse("inventory:office_movements", args=[sku.pk, "lyon"]) in page
    export = client.get(reverse("inventory:stock_overview"), {"export": "csv"})
    text = b"".join(export.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.splitlines()[1].split(",")[-3:] == ["120", "100", "20"]


def test_what_is_in_transit_is_a_figure_of_its_own(client: Client, lyon: Location) -> None:
    """At neither end: on the list, on the page of the level with its transfers, and in the matrix."""
    tea, nantes = make_sku("TEA-1", name="Thé vert"), make_store("nantes", name="Nantes")
    late = make_arrival({tea: 4}, source=nantes, destination=lyon)
    Transfer.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(days=2))
    soon = make_arrival({tea: 3}, source=nantes, destination=lyon)
    client.force_login(make_staff(Role.CLERK, lyon))
    listed = client.get(reverse("inventory:store_stock", args=["lyon"])).text
    row = re.search(r"<tr.*?Thé vert.*?</tr>", listed, re.DOTALL)
    assert row
    assert re.search(r'data-label="Incoming"[^>]*>7<', row[0])
    page = client.get(reverse("inventory:stock_movements", args=["lyon", tea.pk])).text
    shown = re.findall(r'figure-label">(\w[\w ]*)</span><span class="figure-value[^>]*>(\d+)', page)
    assert dict(shown) == {"On hand": "0", "Reserved": "0", "Available": "0", "Incoming": "7"}
    found = re.findall(r'href="/stores/lyon/transfers/(\d+)/">(T-\d+)</a>', page)
    assert found == [(str(one.pk), str(one)) for one in (late, soon)]
    assert page.count("was expected") == 1
    client.force_login(make_staff(Role.HEAD_OFFICE))
    page = client.get(reverse("inventory:office_movements", args=[tea.pk, "lyon"])).text
    assert f'href="/head-office/transfers/{late.pk}/"' in page
    assert "7 incoming" in client.get(reverse("inventory:stock_overview")).text
    assert "7 incoming" in client.get(f"/head-office/products/{tea.product_id}/").text


def test_the_ledger_is_filtered_by_place_sku_document_and_day(
    client: Client, lyon: Location
) -> None:
    client.force_login(make_staff(Role.AUDITOR))
    here = make_level(make_sku("CAF-1"), lyon, on_hand=20)
    make_level(make_sku("TEA-1"), make_store("nantes"), on_hand=8)
    address = reverse("inventory:movement_list")

    def quantities(**query: str) -> list[int]:
        return [row.movement.quantity for row in client.get(address, query).context["rows"]]

    today = lyon.local_day().isoformat()
    assert quantities() == [8, 20]
    assert quantities(place="lyon") == [20]
    assert quantities(q="tea-1") == [8]
    assert quantities(document="opening", first=today, last=today) == [8, 20]
    assert quantities(document="sale") == []
    assert quantities(last="2001-01-01") == quantities(first="9999-12-31") == []
    assert quantities(first="2001-01-01", last="9999-12-31") == [8, 20]
    assert quantities(place="nowhere", first="abc", before="x", document="?") == [8, 20]
    export = client.get(address, {"place": "lyon", "export": "csv"})
    text = b"".join(export.streaming_content).decode()  # type: ignore[attr-defined]
    assert [line.split(",")[1] for line in text.splitlines()] == ["Code", here.sku.code]


def test_logistics_of_one_warehouse_sees_its_movements_only(client: Client, lyon: Location) -> None:
    central = make_warehouse("central")
    client.force_login(make_staff(Role.LOGISTICS, central))
    make_level(make_sku(), lyon, on_hand=20)
    level = make_level(make_sku(), central, on_hand=8)
    response = client.get(reverse("inventory:movement_list"))
    assert [row.movement.quantity for row in response.context["rows"]] == [8]
    assert client.get(office_pages(lyon, level)[2]).status_code == 404


def test_more_units_than_a_figure_holds_are_refused_at_the_form(
    client: Client, lyon: Location, manager: User
) -> None:
    level = make_level(make_sku(), lyon, on_hand=5)
    StockLevel.objects.filter(pk=level.pk).update(on_hand=2**31 - 2)
    answer = adjust(client, lyon, sku=level.sku_id, **{f"units-{level.sku_id}": "2"})
    assert answer.status_code == 422
    assert "No place can hold more than" in answer.text
    assert figures(level) == (2**31 - 2, 0)
    assert StockAdjustment.objects.count() == 0


def test_queries_do_not_grow_with_rows_or_places(client: Client, lyon: Location) -> None:
    client.force_login(make_staff(Role.ADMIN))
    level = make_level(make_sku(), lyon, on_hand=5)
    addresses = [
        store_pages(lyon, level)["stock"],
        store_pages(lyon, level)["movements"],
        *office_pages(lyon, level),
        reverse("inventory:movement_list") + "?place=lyon&q=sku",
    ]

    def more(rows: int) -> None:
        for _number in range(rows):
            one = make_level(make_sku(), lyon, on_hand=3)
            make_level(one.sku, make_store(), on_hand=3)
            adjust(client, lyon, sku=level.sku_id, **{f"units-{level.sku_id}": "1"})

    more(10)
    few = queries_of(client, *addresses)
    more(190)
    assert queries_of(client, *addresses) == few
    assert max(few) <= 12

"""The fair-share board: what it shows, and approving all of it at a stroke or not at all."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import Less, approve_restock, refuse_restock
from inventory.actions.share import approve_shares
from inventory.errors import MoreThanAsked
from inventory.models import LineShare, RestockEvent, RestockRequest, Sku
from inventory.queries.board import blocks_of, scarce_count, scarce_skus
from inventory.share_errors import BoardChanged, SharedTooMuch
from stores.models import Company, Location, Role, User
from tests.factories import (
    make_category,
    make_level,
    make_product,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_warehouse,
)
from tests.inventory.scarcity import make_claim, make_demand
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
BOARD = "/head-office/restock/board/"


@pytest.fixture
def approver(central: Location, client: Client) -> User:
    approver = make_staff(Role.LOGISTICS, central)
    client.force_login(approver)
    return approver


@pytest.fixture
def coffee(central: Location) -> Sku:
    sku = make_sku("COF", name="Café Premium Bio", price="10.00")
    make_level(sku, central, on_hand=42)
    return sku


@pytest.fixture
def three(coffee: Sku, central: Location) -> list[RestockRequest]:
    """Lyon sells 1 a day and has none, Paris 2 a day and has 6, Nice 1 a day and has 12."""
    figures = [("lyon", 0, 28), ("paris", 6, 56), ("nice", 12, 28)]
    return [
        make_claim(
            coffee,
            30,
            warehouse=central,
            store=make_store(code, name=code.capitalize()),
            has=has,
            sold=sold,
        )
        for code, has, sold in figures
    ]


def all_warehouses() -> Any:
    return Location.objects.warehouses()


def line_of(request: RestockRequest) -> int:
    return request.lines.get().pk


def versions(requests: list[RestockRequest]) -> dict[int, int]:
    return {request.pk: request.version for request in requests}


def states(requests: list[RestockRequest]) -> list[tuple[str, int | None]]:
    return [
        (RestockRequest.objects.get(pk=request.pk).state, request.lines.first().approved)  # type: ignore[union-attr]
        for request in requests
    ]


UNTOUCHED = [("waiting", None)] * 3


def form_of(client: Client, query: str = "", **typed: str) -> dict[str, Any]:
    """What the board's form would send, with these fields typed over."""
    page = client.get(f"{BOARD}{query}").text
    form: dict[str, Any] = {"block": re.findall(r'name="block" value="([^"]+)"', page)}
    for name, value in re.findall(r'name="((?:version|share)-\d+)" value="([^"]*)"', page):
        form[name] = value
    return form | typed


def test_scarce_is_what_is_asked_beyond_what_is_free(coffee: Sku, central: Location) -> None:
    mouse = make_sku()
    make_level(mouse, central, on_hand=100)
    make_restock({coffee: 20, mouse: 50}, warehouse=central)
    promised = make_restock({coffee: 10}, warehouse=central)
    approve_restock(promised.pk, by=make_staff(Role.LOGISTICS, central))
    assert scarce_skus(all_warehouses()) == []
    make_restock({coffee: 13}, warehouse=central)
    (one,) = scarce_skus(all_warehouses())
    assert (one.key, one.asked, one.free, one.lines) == ((central.pk, coffee.pk), 33, 32, 2)
    assert scarce_count(Location.objects.filter(pk=make_warehouse().pk)) == 0


def test_the_proposal_gives_each_store_the_same_days(
    coffee: Sku, three: list[RestockRequest]
) -> None:
    (block,) = blocks_of(scarce_skus(all_warehouses()))
    shares = {line.request.store.name: line.proposed for line in block.lines}
    assert shares == {"Lyon": 15, "Paris": 24, "Nice": 3}  # fifteen days for each
    cover = {line.request.store.name: line.cover_now for line in block.lines}
    assert cover == {"Lyon": Decimal("0.0"), "Paris": Decimal("3.0"), "Nice": Decimal("12.0")}
    assert set(block.cover_after({line.pk: line.proposed for line in block.lines}).values()) == {
        Decimal("15.0")
    }


def test_what_loses_most_sales_comes_first(central: Location) -> None:
    """Per day: the price, times what is sold, for the part of two days that isn't covered."""
    dear, cheap, covered = (make_sku(price=price) for price in ("9.00", "4.00", "99.00"))
    make_claim(cheap, 5, warehouse=central, sold=28)
    make_claim(covered, 5, warehouse=central, has=2, sold=28)
    make_claim(dear, 5, warehouse=central, has=1, sold=28)
    found = [(one.sku_id, one.lost_per_day) for one in scarce_skus(all_warehouses())]
    assert found == [
        (dear.pk, Decimal("4.50")),
        (cheap.pk, Decimal("4.00")),
        (covered.pk, Decimal("0.00")),
    ]


def test_goods_that_are_promised_or_on_their_way_count_as_had(
    coffee: Sku, central: Location
) -> None:
    lyon = make_claim(coffee, 30, warehouse=central, sold=28)
    paris = make_claim(coffee, 30, warehouse=central, sold=28)
    promised = make_restock({coffee: 20}, store=lyon.store, warehouse=central)
    approve_restock(promised.pk, by=make_staff(Role.LOGISTICS, central))
    (block,) = blocks_of(scarce_skus(all_warehouses()))
    assert block.scarce.free == 22
    assert {line.request: line.proposed for line in block.lines} == {lyon: 1, paris: 21}


def test_one_click_approves_all_with_the_proposal(
    client: Client, approver: User, three: list[RestockRequest]
) -> None:
    answer = client.post(BOARD, form_of(client), follow=True)
    assert "3 requests approved. 42 units are on their way." in answer.text
    assert states(three) == [("approved", 15), ("approved", 24), ("approved", 3)]
    lines = [request.lines.get() for request in three]
    assert [line.reason for line in lines] == ["no_stock"] * 3
    first = RestockRequest.objects.get(pk=three[0].pk)
    assert (first.decided_by, first.by_rule, first.version) == (approver, False, 2)
    assert "There is enough for everybody." in client.get(BOARD).text


def test_a_share_and_a_reason_that_were_typed_are_what_is_approved(
    client: Client, approver: User, coffee: Sku, central: Location, three: list[RestockRequest]
) -> None:
    lyon, paris, _nice = map(line_of, three)
    typed = {f"share-{lyon}": "20", f"share-{paris}": " 19 "}
    reason = {f"reason-{central.pk}-{coffee.pk}": "seasonal"}
    assert client.post(BOARD, form_of(client, **typed, **reason)).status_code == 302
    assert states(three) == [("approved", 20), ("approved", 19), ("approved", 3)]
    assert {request.lines.get().reason for request in three} == {"seasonal"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("16", "1 too many: only 42 are free."),
        ("31", "Type at most 30."),
        ("-1", "Type at least 0."),
        ("many", "Type a whole number, such as 12."),
        ("", "This field is required."),
    ],
)
def test_what_cannot_be_is_refused_at_the_field_and_kept(
    client: Client, approver: User, three: list[RestockRequest], typed: str, words: str
) -> None:
    name = f"share-{line_of(three[0])}"
    answer = client.post(BOARD, form_of(client, **{name: typed}))
    assert answer.status_code == 422
    field = re.search(rf'<input [^>]*name="{name}".*?</td>', answer.text)
    assert field
    assert words in field[0]
    assert f'value="{typed}"' in field[0]
    assert states(three) == UNTOUCHED


def test_a_request_that_would_get_nothing_stays_waiting_and_the_page_says_so(
    client: Client, approver: User, three: list[RestockRequest]
) -> None:
    name = f"share-{line_of(three[2])}"
    answer = client.post(BOARD, form_of(client, **{name: "0"}), follow=True)
    assert "2 requests approved. 39 units are on their way." in answer.text
    assert f"Nothing is left for {three[2]}: still waiting." in answer.text
    assert states(three) == [("approved", 15), ("approved", 24), ("waiting", None)]


def test_other_lines_go_as_asked_and_scarce_ones_elsewhere_get_their_proposal(
    approver: User, coffee: Sku, central: Location
) -> None:
    tea, mouse = make_sku(), make_sku()
    make_level(tea, central, on_hand=10)
    make_level(mouse, central, on_hand=500)
    lyon = make_claim(coffee, 30, warehouse=central, sold=28, more={tea: 8, mouse: 40})
    other = make_claim(tea, 8, warehouse=central, sold=28)
    make_demand(tea, lyon.store, 28)
    shown = lyon.lines.get(sku=coffee)
    shared = approve_shares(seen={lyon.pk: 1}, shares={shown.pk: Less(28, "no_stock")}, by=approver)
    assert list(lyon.lines.values_list("sku", "approved", "reason")) == [
        (coffee.pk, 28, "no_stock"),
        (tea.pk, 5, "no_stock"),
        (mouse.pk, 40, ""),
    ]
    assert (shared.units, shared.approved, shared.empty) == (73, [lyon], [])
    assert states([other]) == [("waiting", None)]


def test_a_request_decided_meanwhile_refuses_all_and_keeps_what_was_typed(
    client: Client, approver: User, three: list[RestockRequest]
) -> None:
    lyon, paris, nice = three
    form = form_of(client, **{f"share-{line_of(lyon)}": "12", f"share-{line_of(paris)}": "20"})
    refuse_restock(nice.pk, reason="Closed", by=make_staff(Role.HEAD_OFFICE))
    answer = client.post(BOARD, form)
    assert answer.status_code == 422
    assert f"{nice} was already refused by" in answer.text
    assert "Nothing was approved. Look at the shares again." in answer.text
    assert states(three) == [("waiting", None), ("waiting", None), ("refused", None)]
    assert f'name="share-{line_of(lyon)}" value="12"' in answer.text
    assert f'name="share-{line_of(paris)}" value="20"' in answer.text
    assert f"share-{line_of(nice)}" not in answer.text


def test_what_changed_is_named_and_nothing_is_written(
    approver: User, three: list[RestockRequest]
) -> None:
    RestockRequest.objects.filter(pk=three[1].pk).update(version=4)
    with pytest.raises(BoardChanged, match=f"{three[1]} has changed since") as error:
        approve_shares(seen=versions(three), shares={}, by=approver)
    assert len(error.value.reasons) == 1
    assert states(three) == UNTOUCHED
    assert not RestockEvent.objects.filter(kind="approved").exists()


def test_stock_that_left_meanwhile_refuses_all(
    approver: User, coffee: Sku, central: Location, three: list[RestockRequest]
) -> None:
    rival = make_restock({coffee: 2}, warehouse=central)
    approve_restock(rival.pk, by=approver)
    carry_out_restock(rival.pk)
    shares = {line_of(r): Less(14, "no_stock") for r in three}
    with pytest.raises(SharedTooMuch, match="42 are given, but only 40 are free"):
        approve_shares(seen=versions(three), shares=shares, by=approver)
    assert states(three) == UNTOUCHED


def test_more_than_asked_is_refused_by_the_action_too(
    approver: User, three: list[RestockRequest]
) -> None:
    shares = {line_of(three[0]): Less(31, ""), line_of(three[1]): Less(0, "no_stock")}
    with pytest.raises(MoreThanAsked):
        approve_shares(seen=versions(three), shares=shares, by=approver)
    assert states(three) == UNTOUCHED


def test_only_who_decides_at_the_warehouse_shares(three: list[RestockRequest]) -> None:
    elsewhere = make_staff(Role.LOGISTICS, make_warehouse())
    with pytest.raises(PermissionDenied):
        approve_shares(seen=versions(three), shares={}, by=elsewhere)
    assert states(three) == UNTOUCHED


@pytest.mark.parametrize("allowed", [False, True])
def test_own_requests_as_the_company_says(
    client: Client, coffee: Sku, central: Location, three: list[RestockRequest], allowed: bool
) -> None:
    Company.objects.update(own_requests_allowed=allowed)
    boss = make_staff(Role.HEAD_OFFICE)
    RestockRequest.objects.filter(pk=three[0].pk).update(asked_by=boss)
    client.force_login(boss)
    answer = client.post(BOARD, form_of(client), follow=True)
    own = ("approved", 15) if allowed else ("waiting", None)
    assert states(three) == [own, ("approved", 24), ("approved", 3)]
    assert (f"{three[0]}: your own, somebody else decides." in answer.text) is not allowed


def test_the_line_says_why_it_got_what_it_got(
    client: Client, approver: User, three: list[RestockRequest]
) -> None:
    form = form_of(client, **{f"share-{line_of(three[1])}": "20"})
    client.post(BOARD, form)
    shares = LineShare.objects.order_by("line")
    assert list(shares.values_list("stores", "available", "proposed")) == [
        (3, 42, 15),
        (3, 42, 24),
        (3, 42, 3),
    ]
    assert [str(share.cover_days) for share in shares] == ["15.0", "13.0", "15.0"]
    assert {str(share.least_days) for share in shares} == {"13.0"}


def test_filters_narrow_what_is_shown(
    client: Client, approver: User, coffee: Sku, central: Location, three: list[RestockRequest]
) -> None:
    category = make_category("Mice")
    mouse = make_sku(product=make_product("Souris", category=category))
    make_claim(mouse, 5, warehouse=central, store=make_store("lille", name="Lille"))

    def shown(query: str) -> set[str]:
        text = client.get(f"{BOARD}?{query}").text
        return {name for name in ("Souris", "Café Premium Bio") if f"<b>{name}</b>" in text}

    assert shown("") == {"Souris", "Café Premium Bio"}
    assert shown(f"category={category.pk}") == {"Souris"}
    assert shown(f"store={three[0].store_id}") == {"Café Premium Bio"}
    assert shown("q=caf") == {"Café Premium Bio"}
    assert shown(f"warehouse={central.pk}") == {"Souris", "Café Premium Bio"}
    assert shown("q=nothing") == set()


def test_pages_never_cut_a_sku_in_two(client: Client, approver: User, central: Location) -> None:
    stores = [make_store() for _ in range(25)]
    for units in (9, 8, 7):
        sku = make_sku()
        for store in stores:
            make_restock({sku: units}, store=store, warehouse=central)
    first, second = (client.get(f"{BOARD}?page={page}").text for page in (1, 2))
    assert (first.count("board-head"), second.count("board-head")) == (2, 1)
    assert (first.count('data-share="'), second.count('data-share="')) == (50, 25)


@pytest.mark.parametrize("stores", [10, 40])
def test_the_queries_do_not_grow_with_the_lines(
    client: Client,
    approver: User,
    central: Location,
    stores: int,
) -> None:
    sku = make_sku()
    for _ in range(stores):
        make_claim(sku, 5, warehouse=central, sold=3)
    client.get(BOARD)
    assert queries_of(client, BOARD) == [17]

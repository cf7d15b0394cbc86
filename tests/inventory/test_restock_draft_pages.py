"""The page of a draft: each button changes rows, and the last one sends them."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from inventory.actions.restock import approve_restock, refuse_restock
from inventory.actions.restock_draft import MOST_LINES, add_to_draft, change_draft
from inventory.actions.restock_templates import save_template
from inventory.actions.suggestions import refresh_all
from inventory.models import Barcode, RestockLine, RestockRequest, RestockTemplate, Sku
from stores.models import Location, Role, User
from tests.factories import (
    make_level,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_warehouse,
)

pytestmark = pytest.mark.django_db
LIST, NEW = "/stores/lyon/restock/", "/stores/lyon/restock/new/"


@pytest.fixture
def clerk(store: Location, client: Client) -> User:
    clerk = make_staff(Role.CLERK, store)
    client.force_login(clerk)
    return clerk


@pytest.fixture
def draft(store: Location, warehouse: Location, clerk: User) -> RestockRequest:
    """A draft with 2 of one product."""
    return add_to_draft(store, warehouse, {make_sku("MOUSE").pk: 2}, by=clerk).draft


def sent(draft: RestockRequest, *changed: tuple[Sku, str], **other: object) -> dict[str, Any]:
    """What the browser sends when a person clicks on a button of the page that shows this draft."""
    form: dict[str, Any] = {"key": draft.key, "note": draft.note, "was-note": draft.note}
    for line in draft.lines.all():
        form[f"units-{line.sku_id}"] = form[f"was-{line.sku_id}"] = line.asked
    return form | {f"units-{sku.pk}": typed for sku, typed in changed} | {"do": "ask"} | other


def units(request: RestockRequest) -> dict[int, int]:
    return dict(request.lines.values_list("sku_id", "asked"))


def units_shown(page: str) -> dict[int, str]:
    return {int(pk): value for pk, value in re.findall(r'name="units-(\d+)" value="([^"]*)"', page)}


def test_a_draft_survives_leaving_the_page_and_is_the_whole_stores(
    client: Client, store: Location, draft: RestockRequest
) -> None:
    tea = make_sku()
    answer = client.post(NEW, {"do": f"add-{tea.pk}"})
    assert (answer.status_code, answer["Location"]) == (302, f"{NEW}?of=central")
    client.force_login(make_staff(Role.CLERK, store))
    page = client.get(NEW).text
    assert units_shown(page) == {**dict.fromkeys(units(draft), "2"), tea.pk: "1"}
    assert "A draft for Central with 2 products" in client.get(LIST).text
    client.force_login(make_staff())
    assert client.get(NEW).status_code == 404


def test_reading_writes_nothing(client: Client, clerk: User, warehouse: Location) -> None:
    for query in ("", f"?sku={make_sku().pk}", "?q=mouse", "?of=nowhere", "?sku=abc"):
        assert client.get(f"{NEW}{query}").status_code == 200
    assert not RestockRequest.objects.exists()


def test_a_draft_is_sent_with_what_was_typed_last(
    client: Client, clerk: User, draft: RestockRequest
) -> None:
    mouse = draft.lines.get().sku
    answer = client.post(NEW, sent(draft, (mouse, " 21 "), note="For Saturday"))
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}{draft.pk}/")
    draft.refresh_from_db()
    assert (draft.state, draft.asked_by, draft.note) == ("waiting", clerk, "For Saturday")
    assert units(draft) == {mouse.pk: 21}


def test_a_page_that_is_sent_twice_is_one_request(client: Client, draft: RestockRequest) -> None:
    form = sent(draft, (draft.lines.get().sku, "9"))
    first, second = client.post(NEW, form), client.post(NEW, form)
    assert first["Location"] == second["Location"] == f"{LIST}{draft.pk}/"
    assert RestockRequest.objects.count() == RestockLine.objects.count() == 1


def test_a_colleagues_change_of_another_line_is_kept(
    client: Client, store: Location, warehouse: Location, clerk: User, draft: RestockRequest
) -> None:
    mouse, tea = draft.lines.get().sku, make_sku()
    add_to_draft(store, warehouse, {tea.pk: 3}, by=clerk)
    shown = sent(draft, (mouse, "7"), do="save")
    change_draft(draft.key, {tea.pk: 30}, store=store, note="From a colleague")
    assert client.post(NEW, shown).status_code == 302
    draft.refresh_from_db()
    assert units(draft) == {mouse.pk: 7, tea.pk: 30}
    assert draft.note == "From a colleague"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("0", "Type at least 1."),
        ("-1", "Type at least 1."),
        ("1000000000000", "Type at most 1000000."),
        ("9" * 40, "Type a whole number, such as 12."),
        ("abc", "Type a whole number, such as 12."),
        ("1.5", "Type a whole number, such as 12."),
        ("", "This field is required."),
        ("\x00", "Type a whole number, such as 12."),
    ],
)
def test_bad_units_are_told_in_words_and_nothing_typed_is_lost(
    client: Client, store: Location, warehouse: Location, clerk: User, typed: str, words: str
) -> None:
    mouse, tea = make_sku(), make_sku()
    draft = add_to_draft(store, warehouse, {mouse.pk: 2, tea.pk: 3}, by=clerk).draft
    answer = client.post(NEW, sent(draft, (mouse, typed), (tea, "6"), note="For Saturday"))
    assert answer.status_code == 422
    assert answer.text.count(words) == 2  # on top, and at the line
    assert 'value="For Saturday"' in answer.text
    draft.refresh_from_db()
    assert (draft.state, units(draft)) == ("draft", {mouse.pk: 2, tea.pk: 6})


def test_any_button_keeps_what_was_typed(
    client: Client, store: Location, warehouse: Location, clerk: User
) -> None:
    mouse, tea, pen = make_sku(), make_sku(), make_sku(pack_size=12)
    draft = add_to_draft(store, warehouse, {mouse.pk: 2, tea.pk: 3}, by=clerk).draft
    form = sent(draft, (mouse, "abc"), (tea, "7"), note="For Saturday")
    answer = client.post(NEW, form | {"do": f"add-{pen.pk}"})
    assert answer.status_code == 200
    assert units_shown(answer.text) == {mouse.pk: "abc", tea.pk: "7", pen.pk: "12"}
    assert 'value="For Saturday"' in answer.text
    assert units(draft) == {mouse.pk: 2, tea.pk: 7, pen.pk: 12}
    answer = client.post(NEW, form | {"do": f"remove-{mouse.pk}"})
    assert (answer.status_code, units(draft)) == (302, {tea.pk: 7, pen.pk: 12})


def test_a_line_is_saved_as_soon_as_it_is_changed(client: Client, draft: RestockRequest) -> None:
    mouse = draft.lines.get().sku
    headers = {"HX-Request": "true", "HX-Target": "restock-sum"}
    name, was = f"units-{mouse.pk}", f"was-{mouse.pk}"
    form = {"key": draft.key, name: "9", was: "2"}
    answer = client.post(NEW, form, headers=headers).text.strip()
    assert answer.startswith('<span id="restock-sum"')
    assert f'id="{was}" name="{was}" value="9" hx-swap-oob="true"' in answer
    assert units(draft) == {mouse.pk: 9}
    answer = client.post(NEW, form | {name: "abc", was: "9"}, headers=headers).text
    assert f'id="error-{mouse.pk}" hx-swap-oob="true">Type a whole number' in answer
    assert units(draft) == {mouse.pk: 9}


@pytest.mark.parametrize("sku_id", ["999999", "abc", "-1", "9" * 30, "1\x00", ""])
@pytest.mark.parametrize("verb", ["add", "remove", "take"])
def test_a_product_that_is_not_there_is_told_in_words(
    client: Client, draft: RestockRequest, sku_id: str, verb: str
) -> None:
    answer = client.post(NEW, sent(draft, do=f"{verb}-{sku_id}", sku=sku_id))
    assert answer.status_code == (302 if verb == "remove" else 422)
    if verb != "remove":
        assert "A product of this request no longer exists." in answer.text
    assert draft.lines.count() == 1


def test_what_is_off_sale_is_named_and_can_be_taken_off(
    client: Client, draft: RestockRequest
) -> None:
    Sku.objects.update(is_active=False)
    assert "no longer on sale: take it off" in client.get(NEW).text
    answer = client.post(NEW, sent(draft))
    assert answer.status_code == 422
    assert "No longer on sale: " in answer.text
    client.post(NEW, sent(draft, do=f"remove-{draft.lines.get().sku_id}"))
    assert not draft.lines.exists()


def test_an_empty_draft_is_told_in_words(client: Client, draft: RestockRequest) -> None:
    draft.lines.all().delete()
    for form in (sent(draft), {"do": "ask"}):
        answer = client.post(NEW, form)
        assert answer.status_code == 422
        assert "Add at least one product to the request." in answer.text


def test_a_stale_page_says_that_the_draft_was_sent(
    client: Client, store: Location, draft: RestockRequest
) -> None:
    shown = sent(draft, (draft.lines.get().sku, "9"), do="save")
    client.post(NEW, sent(draft))
    answer = client.post(NEW, shown)
    assert answer.status_code == 422
    assert "This list was sent or emptied since the page was shown." in answer.text
    assert units(draft) == {draft.lines.get().sku_id: 2}


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("note", "a\x00b", "Remove the invisible characters"),
        ("note", "x" * 10_000, "at most 500 characters"),
        ("key", "abc", "Enter a valid UUID."),
        ("key", "\x00", "Enter a valid UUID."),
    ],
)
def test_bad_text_is_told_in_words(
    client: Client, draft: RestockRequest, field: str, value: str, words: str
) -> None:
    answer = client.post(NEW, sent(draft) | {field: value})
    assert answer.status_code == 422
    assert words in answer.text
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_the_page_of_another_stores_draft_changes_nothing(
    client: Client, clerk: User, warehouse: Location
) -> None:
    other = make_store()
    sku = make_sku()
    foreign = add_to_draft(other, warehouse, {sku.pk: 2}, by=make_staff(location=other)).draft
    for verb in ("save", "ask", f"remove-{sku.pk}", "empty"):
        answer = client.post(NEW, sent(foreign, (sku, "9"), do=verb))
        assert answer.status_code == 422, verb
    foreign.refresh_from_db()
    assert (foreign.state, units(foreign)) == ("draft", {sku.pk: 2})


def test_each_logistics_centre_has_a_draft_of_its_own(
    client: Client, clerk: User, draft: RestockRequest
) -> None:
    north = make_warehouse("north", name="North")
    tea = make_sku()
    client.post(f"{NEW}?of=north", {"do": f"add-{tea.pk}"})
    assert units(RestockRequest.objects.get(warehouse=north)) == {tea.pk: 1}
    assert units_shown(client.get(f"{NEW}?of=north").text) == {tea.pk: "1"}
    assert draft.lines.count() == 1
    Location.objects.update(is_active=False)
    Location.objects.filter(code="lyon").update(is_active=True)
    assert "there is nobody to ask" in client.get(NEW).text


def test_products_come_with_whole_packs_up_to_the_target(
    client: Client, clerk: User, store: Location, warehouse: Location
) -> None:
    full, packed, low, plain = make_sku(), make_sku(pack_size=6), make_sku(), make_sku(pack_size=10)
    make_level(full, store, on_hand=50, target=40)
    make_level(packed, store, on_hand=3, reserved=1, target=40)
    make_level(low, store, on_hand=2, reorder_point=5)
    skus = [full, packed, low, plain]
    chosen = client.get(NEW, {"sku": [sku.pk for sku in skus]}).text
    assert "4 products that you chose" in chosen
    client.post(NEW, {"do": "take", "sku": [sku.pk for sku in skus]})
    assert units(RestockRequest.objects.get()) == {
        full.pk: 1,
        packed.pk: 42,  # 40 − 2 available, in packs of 6
        low.pk: 4,  # one above the reorder point
        plain.pk: 10,
    }


def test_what_is_ticked_in_the_low_list_goes_into_the_draft(
    client: Client, clerk: User, store: Location, warehouse: Location
) -> None:
    low = make_sku()
    make_level(low, store, on_hand=2, reorder_point=5)
    page = client.get("/stores/lyon/stock/?status=low").text
    assert f'method="post" action="{NEW}"' in page
    assert f'name="sku" value="{low.pk}" form="ask"' in page
    assert client.post(NEW, {"do": "take"}).status_code == 302
    assert not RestockRequest.objects.exists()
    answer = client.post(NEW, {"do": "take", "sku": [low.pk]})
    assert (answer.status_code, answer["Location"]) == (302, f"{NEW}?of=central")
    assert units(RestockRequest.objects.get()) == {low.pk: 4}


def test_what_is_suggested_is_offered_and_taken_as_suggested(
    client: Client, clerk: User, store: Location, warehouse: Location
) -> None:
    low, covered, fine = make_sku(pack_size=6), make_sku(), make_sku()
    make_level(low, store, on_hand=2, reorder_point=5, target=20)
    make_level(covered, store, on_hand=2, reorder_point=5, target=20)
    make_level(fine, store, on_hand=9, reorder_point=5, target=20)
    make_restock({covered: 18}, store=store, warehouse=warehouse)
    refresh_all()
    page = client.get(NEW).text
    assert "2 here, 20 wanted" in page
    assert "Add it" in page
    assert client.post(NEW, {"do": "suggested"}).status_code == 302
    draft = RestockRequest.objects.drafts().get()
    assert list(draft.lines.values_list("sku_id", "asked", "suggested")) == [(low.pk, 18, 18)]
    assert "Nothing else is needed here" in client.get(NEW).text


def test_what_was_asked_before_is_told_and_not_counted_again(
    client: Client, clerk: User, store: Location, warehouse: Location
) -> None:
    sku = make_sku()
    make_level(sku, store, on_hand=4, target=40)
    make_restock({sku: 30}, store=store, warehouse=warehouse)
    client.post(NEW, {"do": f"add-{sku.pk}"})
    assert units(RestockRequest.objects.drafts().get()) == {sku.pk: 6}
    assert "30 asked before, still open" in client.get(NEW).text


def test_the_page_shows_what_the_warehouse_has_after_other_requests(
    client: Client, clerk: User, store: Location, warehouse: Location
) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=100)
    make_restock({sku: 21}, warehouse=warehouse)
    approve_restock(make_restock({sku: 9}, warehouse=warehouse).pk, by=make_staff(Role.HEAD_OFFICE))
    refused = make_restock({sku: 50}, warehouse=warehouse)
    refuse_restock(refused.pk, reason="No", by=make_staff(Role.HEAD_OFFICE))
    add_to_draft(store, warehouse, {sku.pk: 80}, by=clerk)
    page = client.get(NEW).text
    assert '<td class="number" data-label="Central has left"><b class="warn">70</b></td>' in page


def test_a_draft_is_counted_nowhere(
    client: Client, store: Location, warehouse: Location, draft: RestockRequest
) -> None:
    office = make_staff(Role.HEAD_OFFICE)
    client.force_login(office)
    for address in ("/head-office/restock/", "/head-office/restock/?state=any"):
        assert str(draft) not in client.get(address).text
    assert client.get(f"/head-office/restock/{draft.pk}/").status_code == 404
    assert client.get(f"{LIST}{draft.pk}/").status_code == 404
    assert str(draft) not in client.get(LIST).text
    assert f"/restock/{draft.pk}/" not in client.get("/search/", {"q": str(draft)}).text


def test_a_scan_adds_its_product_and_the_next_scan_its_units(
    client: Client, clerk: User, warehouse: Location
) -> None:
    sku = make_sku("PEN-1", pack_size=12)
    Barcode.objects.create(sku=sku, code="4006381333931", units=6)
    for code, expected in (("4006381333931", 12), ("4006381333931", 18), ("pen-1", 30)):
        headers = {"HX-Request": "true", "HX-Target": "restock-draft"}
        page = client.post(NEW, {"do": "find", "q": code}, headers=headers).text
        assert f"{sku}: {expected} in the draft." in page
        assert units_shown(page) == {sku.pk: str(expected)}


def test_a_full_draft_says_so(
    client: Client, store: Location, warehouse: Location, clerk: User
) -> None:
    wanted = {make_sku().pk: 1 for _ in range(MOST_LINES)}
    draft = add_to_draft(store, warehouse, wanted, by=clerk).draft
    make_sku("PEN-1")
    answer = client.post(NEW, {"do": "find", "q": "PEN-1"})
    assert answer.status_code == 422
    assert "One request holds at most 200 products." in answer.text
    assert draft.lines.count() == MOST_LINES


@pytest.mark.parametrize("words", ["nothing like it", "\x00", "a\x00b", "'; --", "x" * 10_000])
def test_a_search_that_finds_nothing_keeps_the_draft(
    client: Client, draft: RestockRequest, words: str
) -> None:
    answer = client.post(NEW, sent(draft, do="find", q=words), follow=True)
    assert answer.status_code == 200
    assert units_shown(answer.text) == {draft.lines.get().sku_id: "2"}


def test_htmx_gets_the_found_products_alone(
    client: Client, clerk: User, warehouse: Location
) -> None:
    make_sku(name="Mechanical keyboard")
    headers = {"HX-Request": "true", "HX-Target": "restock-found"}
    answer = client.get(NEW, {"q": "keyb"}, headers=headers)
    assert answer.text.strip().startswith('<div id="restock-found"')
    assert "Mechanical keyboard" in answer.text


def test_the_page_says_which_request_collects_the_lines(
    client: Client, store: Location, warehouse: Location, draft: RestockRequest
) -> None:
    waiting = make_restock(store=store, warehouse=warehouse)
    page = client.get(NEW).text
    assert f"Add to {waiting}" in page
    answer = client.post(NEW, sent(draft))
    assert answer["Location"] == f"{LIST}{waiting.pk}/"
    assert waiting.lines.count() == 2


def test_a_person_may_want_a_request_of_its_own(
    client: Client, store: Location, warehouse: Location, draft: RestockRequest
) -> None:
    waiting = make_restock(store=store, warehouse=warehouse)
    answer = client.post(NEW, sent(draft, do="ask-alone"))
    assert answer["Location"] == f"{LIST}{draft.pk}/"
    assert waiting.lines.count() == 1


def test_a_draft_is_kept_as_a_template_and_used_again(
    client: Client, clerk: User, store: Location, draft: RestockRequest
) -> None:
    mouse = draft.lines.get().sku
    assert client.post(NEW, sent(draft, do="template", name=" ")).status_code == 422
    assert client.post(NEW, sent(draft, do="template", name="Monday")).status_code == 302
    again = client.post(NEW, sent(draft, do="template", name="Monday"))
    assert "This store has a template called “Monday” already." in again.text
    template = RestockTemplate.objects.get()
    client.post(NEW, sent(draft, do="empty"))
    assert not RestockRequest.objects.exists()
    client.post(NEW, {"do": f"use-{template.pk}"})
    assert units(RestockRequest.objects.get()) == {mouse.pk: 2}
    foreign = save_template(make_restock(), name="Theirs", by=clerk)
    assert client.post(NEW, {"do": f"use-{foreign.pk}"}).status_code == 404


def test_unknown_buttons_do_nothing(client: Client, draft: RestockRequest) -> None:
    for verb in ("explode", "", "ask\x00", "use-abc", str(uuid4())):
        assert client.post(NEW, sent(draft, do=verb)).status_code in (302, 404)
    draft.refresh_from_db()
    assert (draft.state, draft.lines.count()) == ("draft", 1)

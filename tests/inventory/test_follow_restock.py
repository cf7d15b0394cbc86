"""What a store does with a request that it has made: take it back, talk about it, keep it as a template."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from inventory.actions.restock import approve_restock
from inventory.actions.restock_asking import ask_draft, withdraw_restock
from inventory.actions.restock_draft import add_to_draft
from inventory.actions.restock_talk import comment_on_restock
from inventory.actions.restock_templates import delete_template, rename_template, save_template
from inventory.errors import (
    AlreadyDecided,
    EmptyRequest,
    KeyUsedBefore,
    NoComment,
    TemplateNameTaken,
)
from inventory.models import MovedLevel, RestockEvent, RestockRequest, RestockTemplate
from stores.models import Location, Role, User
from tests.factories import make_restock, make_sku, make_staff, make_warehouse

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(store: Location, warehouse: Location) -> RestockRequest:
    return make_restock(store=store, warehouse=warehouse)


def marked() -> set[tuple[int, int]]:
    return set(MovedLevel.objects.values_list("location_id", "sku_id"))


def test_a_colleague_takes_a_request_back(waiting: RestockRequest, clerk: User) -> None:
    MovedLevel.objects.all().delete()
    request = withdraw_restock(waiting.pk, by=clerk)
    request.refresh_from_db()
    assert (request.state, request.decided_by, request.version) == ("cancelled", clerk, 2)
    assert list(request.events.values_list("kind", "by"))[1:] == [("withdrawn", clerk.pk)]
    assert marked() == {(request.store_id, request.lines.get().sku_id)}


def test_only_the_stores_people_take_it_back(waiting: RestockRequest, warehouse: Location) -> None:
    for person in (
        make_staff(),
        make_staff(Role.LOGISTICS, warehouse),
        make_staff(Role.LOGISTICS, waiting.store),
        make_staff(Role.AUDITOR),
    ):
        with pytest.raises(PermissionDenied):
            withdraw_restock(waiting.pk, by=person)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.version) == ("waiting", 1)


def test_what_was_decided_or_taken_back_is_not_taken_back(
    waiting: RestockRequest, clerk: User, warehouse: Location
) -> None:
    approver = make_staff(Role.LOGISTICS, warehouse)
    approve_restock(waiting.pk, by=approver)
    with pytest.raises(AlreadyDecided) as told:
        withdraw_restock(waiting.pk, by=clerk)
    assert told.value.by == approver
    other = make_restock(store=waiting.store, warehouse=warehouse)
    withdraw_restock(other.pk, by=clerk)
    for act in (
        lambda: withdraw_restock(other.pk, by=clerk),
        lambda: approve_restock(other.pk, by=approver),
    ):
        with pytest.raises(AlreadyDecided):
            act()
    assert RestockEvent.objects.count() == 4


def test_asking_and_adding_mark_what_is_to_be_suggested_anew(
    store: Location, warehouse: Location, clerk: User
) -> None:
    tea, pen = make_sku(), make_sku()
    draft = add_to_draft(store, warehouse, {tea.pk: 1}, by=clerk).draft
    assert marked() == set()
    ask_draft(draft.key, store=store, by=clerk)
    assert marked() == {(store.pk, tea.pk)}
    draft = add_to_draft(store, warehouse, {pen.pk: 1}, by=clerk).draft
    ask_draft(draft.key, store=store, by=clerk)
    assert marked() == {(store.pk, tea.pk), (store.pk, pen.pk)}


def test_the_store_and_its_approvers_talk_at_any_state(
    waiting: RestockRequest, clerk: User, warehouse: Location
) -> None:
    approver = make_staff(Role.LOGISTICS, warehouse)
    comment_on_restock(waiting.pk, key=uuid4(), text=" Is <b>half</b> enough? ", by=approver)
    withdraw_restock(waiting.pk, by=clerk)
    comment_on_restock(waiting.pk, key=uuid4(), text="No longer needed", by=clerk)
    said = RestockEvent.objects.filter(kind="comment").values_list("by", "note")
    assert list(said) == [
        (approver.pk, "Is <b>half</b> enough?"),
        (clerk.pk, "No longer needed"),
    ]


def test_a_comment_is_no_step_of_the_request(waiting: RestockRequest, clerk: User) -> None:
    comment_on_restock(waiting.pk, key=uuid4(), text="Please hurry", by=clerk)
    waiting.refresh_from_db()
    assert (waiting.version, waiting.state) == (1, "waiting")


def test_a_comment_sent_twice_is_one(waiting: RestockRequest, clerk: User) -> None:
    key = uuid4()
    first = comment_on_restock(waiting.pk, key=key, text="Please hurry", by=clerk)
    assert comment_on_restock(waiting.pk, key=key, text="Please hurry", by=clerk) == first
    with pytest.raises(KeyUsedBefore):
        comment_on_restock(waiting.pk, key=key, text="Take your time", by=clerk)
    assert list(RestockEvent.objects.filter(kind="comment")) == [first]


def test_others_and_the_speechless_write_nothing(waiting: RestockRequest, clerk: User) -> None:
    for person in (make_staff(), make_staff(Role.LOGISTICS, make_warehouse())):
        with pytest.raises(PermissionDenied):
            comment_on_restock(waiting.pk, key=uuid4(), text="Hello", by=person)
    with pytest.raises(NoComment):
        comment_on_restock(waiting.pk, key=uuid4(), text="  ", by=clerk)
    assert not RestockEvent.objects.filter(kind="comment").exists()


def test_nobody_talks_about_a_draft(store: Location, warehouse: Location, clerk: User) -> None:
    draft = add_to_draft(store, warehouse, {make_sku().pk: 1}, by=clerk).draft
    with pytest.raises(RestockRequest.DoesNotExist):
        comment_on_restock(draft.pk, key=uuid4(), text="Hello", by=clerk)


def test_a_request_or_a_draft_is_kept_as_a_template(
    store: Location, warehouse: Location, clerk: User
) -> None:
    tea, pen = make_sku(), make_sku()
    draft = add_to_draft(store, warehouse, {tea.pk: 6, pen.pk: 2}, by=clerk).draft
    template = save_template(draft, name="Monday", by=clerk)
    assert (template.store, template.by) == (store, clerk)
    assert list(template.lines.values_list("sku_id", "units")) == [(tea.pk, 6), (pen.pk, 2)]
    rename_template(template, name="Tuesday")
    delete_template(save_template(draft, name="Monday", by=clerk))
    assert list(RestockTemplate.objects.values_list("name", flat=True)) == ["Tuesday"]


def test_a_name_stands_for_one_template_of_a_store(
    waiting: RestockRequest, clerk: User, warehouse: Location
) -> None:
    save_template(waiting, name="Monday", by=clerk)
    other = save_template(waiting, name="Tuesday", by=clerk)
    with pytest.raises(TemplateNameTaken):
        save_template(waiting, name="Monday", by=clerk)
    with pytest.raises(TemplateNameTaken):
        rename_template(other, name="Monday")
    save_template(make_restock(warehouse=warehouse), name="Monday", by=clerk)
    names = RestockTemplate.objects.filter(store=waiting.store).values_list("name", flat=True)
    assert list(names) == ["Monday", "Tuesday"]


def test_an_empty_draft_is_no_template(store: Location, warehouse: Location, clerk: User) -> None:
    draft = add_to_draft(store, warehouse, {make_sku().pk: 1}, by=clerk).draft
    draft.lines.all().delete()
    with pytest.raises(EmptyRequest):
        save_template(draft, name="Monday", by=clerk)
    assert not RestockTemplate.objects.exists()

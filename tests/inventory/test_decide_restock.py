import pytest
from django.core.exceptions import PermissionDenied

from inventory.actions.carry_out import carry_out_restock
from inventory.actions.restock import Less, approve_restock, refuse_restock
from inventory.errors import (
    AlreadyDecided,
    MoreThanAsked,
    NothingApproved,
    OwnRequest,
    ReasonMissing,
    RequestChanged,
)
from inventory.models import RestockRequest
from stores.models import Company, Location, Membership, Role, User
from stores.rights import memberships_of
from tests.factories import (
    make_level,
    make_membership,
    make_restock,
    make_sku,
    make_staff,
    make_warehouse,
)

pytestmark = pytest.mark.django_db


def lines(request: RestockRequest) -> list[tuple[int, int | None, str]]:
    return list(request.lines.values_list("asked", "approved", "reason"))


def still_waits(request: RestockRequest) -> bool:
    request.refresh_from_db()
    return (
        (request.state, request.decided_by_id, request.decided_at) == ("waiting", None, None)
        and not request.lines.exclude(approved=None).exists()
        and list(request.events.values_list("kind", flat=True)) == ["asked"]
    )


def test_one_call_with_the_request_alone_approves_everything(
    warehouse: Location, approver: User
) -> None:
    request = make_restock({make_sku(): 21, make_sku(): 6}, warehouse=warehouse)
    approve_restock(request.pk, by=approver)
    request.refresh_from_db()
    assert (request.state, request.decided_by, request.version) == ("approved", approver, 2)
    assert request.decided_at is not None
    assert lines(request) == [(21, 21, ""), (6, 6, "")]
    assert list(request.events.values_list("kind", "by_id")) == [
        ("asked", request.asked_by_id),
        ("approved", approver.pk),
    ]


def test_less_is_approved_per_line_with_a_reason(warehouse: Location, approver: User) -> None:
    mouse, coffee, tea = make_sku(), make_sku(), make_sku()
    request = make_restock({mouse: 21, coffee: 6, tea: 4}, warehouse=warehouse)
    less = {mouse.pk: Less(12, "whole_packs"), coffee.pk: Less(0, "no_stock")}
    approve_restock(request.pk, by=approver, less=less)
    assert lines(request) == [(21, 12, "whole_packs"), (6, 0, "no_stock"), (4, 4, "")]


def test_a_reason_is_kept_only_where_less_is_approved(warehouse: Location, approver: User) -> None:
    mouse = make_sku()
    request = make_restock({mouse: 21}, warehouse=warehouse)
    approve_restock(request.pk, by=approver, less={mouse.pk: Less(21, "other")})
    assert lines(request) == [(21, 21, "")]


def test_bad_quantities_are_refused_and_nothing_changes(
    warehouse: Location, approver: User
) -> None:
    mouse, tea = make_sku(name="Mouse"), make_sku()
    request = make_restock({mouse: 21, tea: 2}, warehouse=warehouse)
    with pytest.raises(MoreThanAsked, match="Mouse: at most the 21") as more:
        approve_restock(request.pk, by=approver, less={mouse.pk: Less(22, "other")})
    assert (more.value.sku, more.value.asked) == (mouse, 21)
    with pytest.raises(ReasonMissing, match="Mouse: say why"):
        approve_restock(request.pk, by=approver, less={mouse.pk: Less(20, "")})
    nothing = {mouse.pk: Less(0, "other"), tea.pk: Less(0, "other")}
    with pytest.raises(NothingApproved):
        approve_restock(request.pk, by=approver, less=nothing)
    assert still_waits(request)


def test_a_refusal_gives_its_reason(warehouse: Location, approver: User) -> None:
    request = make_restock(warehouse=warehouse)
    refuse_restock(request.pk, reason=" Season is over ", by=approver)
    request.refresh_from_db()
    assert (request.state, request.refusal, request.decided_by) == (
        "refused",
        "Season is over",
        approver,
    )
    assert list(request.events.values_list("kind", "note")) == [
        ("asked", ""),
        ("refused", "Season is over"),
    ]


def test_a_refusal_without_a_reason_is_none(warehouse: Location, approver: User) -> None:
    request = make_restock(warehouse=warehouse)
    with pytest.raises(ReasonMissing):
        refuse_restock(request.pk, reason="  ", by=approver)
    assert still_waits(request)


@pytest.mark.parametrize("first", ["approved", "refused"])
def test_the_second_decision_is_told_who_decided_and_when(
    warehouse: Location, approver: User, first: str
) -> None:
    request = make_restock(warehouse=warehouse)
    if first == "approved":
        approve_restock(request.pk, by=approver)
    else:
        refuse_restock(request.pk, reason="No", by=approver)
    request.refresh_from_db()
    second = make_staff(Role.HEAD_OFFICE)
    for decide in (
        lambda: approve_restock(request.pk, by=second),
        lambda: refuse_restock(request.pk, reason="Late", by=second),
        lambda: approve_restock(request.pk, by=approver),
    ):
        with pytest.raises(AlreadyDecided, match=f"already {first} by {approver}") as told:
            decide()
        assert (told.value.by, told.value.at) == (approver, request.decided_at)
    assert request.events.count() == 2


def test_who_asked_does_not_decide(warehouse: Location) -> None:
    boss = make_staff(Role.HEAD_OFFICE)
    request = make_restock(warehouse=warehouse, by=boss)
    with pytest.raises(OwnRequest):
        approve_restock(request.pk, by=boss)
    with pytest.raises(OwnRequest):
        refuse_restock(request.pk, reason="No", by=boss)
    assert still_waits(request)


def test_the_company_may_let_who_asked_decide(warehouse: Location) -> None:
    Company.objects.update(own_requests_allowed=True)
    boss = make_staff(Role.HEAD_OFFICE)
    request = make_restock(warehouse=warehouse, by=boss)
    assert approve_restock(request.pk, by=boss).decided_by == boss


def test_the_right_is_checked_at_the_moment_of_decision(
    warehouse: Location, approver: User
) -> None:
    request = make_restock(warehouse=warehouse)
    assert memberships_of(approver)  # the page was built with the right
    Membership.objects.filter(user=approver).delete()
    with pytest.raises(PermissionDenied):
        approve_restock(request.pk, by=approver)
    assert still_waits(request)


def test_only_approvers_of_that_warehouse_decide(warehouse: Location) -> None:
    request = make_restock(warehouse=warehouse)
    gone = make_staff(Role.LOGISTICS, warehouse)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    for person in (
        make_staff(Role.MANAGER, request.store),
        make_staff(Role.LOGISTICS, make_warehouse()),
        make_staff(Role.AUDITOR),
        gone,
    ):
        with pytest.raises(PermissionDenied):
            approve_restock(request.pk, by=person)
    assert still_waits(request)
    company_wide = make_membership(Role.LOGISTICS).user
    assert approve_restock(request.pk, by=company_wide).decided_by == company_wide


def test_what_was_approved_is_what_was_shown(warehouse: Location, approver: User) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=1)
    request = make_restock({sku: 5}, warehouse=warehouse)
    shown = request.version
    approve_restock(request.pk, by=approver, seen=shown)
    carry_out_restock(request.pk)  # gives it back: the page of before is history
    with pytest.raises(RequestChanged):
        approve_restock(request.pk, by=approver, seen=shown)
    with pytest.raises(RequestChanged):
        refuse_restock(request.pk, reason="No", by=approver, seen=shown)
    request.refresh_from_db()
    assert (request.state, request.version) == ("waiting", 3)
    assert approve_restock(request.pk, by=approver, seen=3).state == "approved"

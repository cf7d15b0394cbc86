"""Head office's forms, sent twice at the same moment: done once, and whoever was second reads why not."""

from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from backoffice.models import Schedule, Snapshot
from inventory.models import TaxRate
from stores.actions.people import take_role
from stores.models import (
    AuditEntry,
    Location,
    Mail,
    RightsChange,
    Role,
    SecurityEvent,
    Session,
    User,
)
from tests.backoffice.settings_form import filled
from tests.concurrency.forms import send, statuses
from tests.concurrency.together import together
from tests.factories import make_membership, make_staff, make_store, make_user
from tests.reports.schedules import schedule_of

pytestmark = pytest.mark.django_db(transaction=True)
type Form = tuple[str, dict[str, Any]]


@pytest.fixture
def admin() -> User:
    return make_staff(Role.ADMIN)


@pytest.fixture
def lyon() -> Location:
    return make_store("lyon", name="Lyon")


def both(by: User, first: Form, second: Form | None = None) -> list[int]:
    asked = (first, second or first)
    return statuses(together([partial(send, by, path, data) for path, data in asked]))


def test_a_schedule_is_deleted_once(admin: User, lyon: Location) -> None:
    path = f"/reports/schedules/{schedule_of(admin).pk}/"
    assert both(admin, (f"{path}delete/", {})) == [302, 302]
    assert Schedule.objects.filter(owner=admin).count() == 0


def test_a_schedule_is_changed_or_deleted(admin: User, lyon: Location) -> None:
    path = f"/reports/schedules/{schedule_of(admin).pk}/"
    for what in ("pause", "start", "stop", "again"):
        assert both(admin, (f"{path}state/", {"what": what}))[0] == 302
    when = {"rhythm": "daily", "at": "07:00", "period": "today"}
    edited = {"key": uuid4(), "name": "Other", "roles": "manager", **when}
    answers = both(admin, (f"{path}edit/", edited), (f"{path}delete/", {}))
    assert answers[0] == 302
    assert answers[1] in (302, 404, 422)
    assert Schedule.objects.filter(owner=admin).count() == 0


def test_a_schedule_is_made_once(admin: User, lyon: Location) -> None:
    when = {"rhythm": "daily", "at": "07:00", "period": "today"}
    data = {"key": uuid4(), "name": "Day", "roles": "manager", **when}
    assert both(admin, ("/reports/schedules/new/?report=sales", data)) == [302, 302]
    assert Schedule.objects.filter(owner=admin).count() == 1


def test_a_report_is_run_and_mailed_once(admin: User, lyon: Location) -> None:
    asked = {"key": uuid4(), "first": "2026-03-01", "last": "2026-03-02"}
    assert both(admin, ("/head-office/reports/sales/", asked)) == [302, 302]
    [snapshot] = Snapshot.objects.all()
    assert both(admin, (f"/reports/{snapshot.pk}/send/", {"key": uuid4()})) == [302, 302]
    assert Mail.objects.count() == 1


def test_a_person_is_invited_once(admin: User, lyon: Location) -> None:
    data = {"name": "Ana", "email": "ana@x.example", "role": "clerk", "location": "lyon"}
    assert both(admin, ("/head-office/people/new/", data)) == [302, 422]
    ana = User.objects.get(email="ana@x.example")
    assert Mail.objects.filter(reader=ana).count() == ana.memberships.count() == 1
    assert both(admin, (f"/head-office/people/{ana.pk}/invite-again/", {})) == [302, 302]
    assert Mail.objects.filter(reader=ana).count() == 1  # the last one; the others are dead


def test_a_role_is_given_once_and_taken_once(admin: User, lyon: Location) -> None:
    ana = make_user()
    role = {"role": "clerk", "location": "lyon"}
    assert both(admin, (f"/head-office/people/{ana.pk}/roles/", role)) == [302, 422]
    held = ana.memberships.get()
    taking = [partial(take_role, held, by=admin)] * 2
    assert together(taking) == [None, None]
    kinds = RightsChange.objects.filter(person=ana).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["given", "taken"]


def test_a_percentage_is_added_once(admin: User) -> None:
    before = TaxRate.objects.count()
    data = {"name": "Half", "rate": "2.5"}
    assert both(admin, ("/head-office/settings/tax/new/", data)) == [302, 422]
    assert TaxRate.objects.count() == before + 1


def test_one_of_two_administrators_saves_a_setting(admin: User) -> None:
    path = "/head-office/settings/times/"
    some = (path, filled("times", order_hold_minutes="45"))
    other = (path, filled("times", order_hold_minutes="50"))
    assert both(admin, some, other) == [302, 422]
    assert AuditEntry.objects.filter(table="stores_company").count() == 1


def test_a_place_closes_once(admin: User, lyon: Location) -> None:
    path = f"/head-office/stores/{lyon.pk}/opening/"
    closing = {"closes_on": str(lyon.local_day()), "reason": "Refit"}
    assert both(admin, (f"{path}close/", closing)) == [302, 422]
    assert both(admin, (f"{path}archive/", {})) == [302, 422]
    lyon.refresh_from_db()
    assert lyon.archived_at


@pytest.mark.parametrize("what", ["close", "reopen", "sessions/end"])
def test_an_account_is_closed_once(admin: User, what: str) -> None:
    person = make_membership(Role.CLERK).user
    if what == "reopen":
        User.objects.filter(pk=person.pk).update(is_active=False)
    else:
        send(person, "/language/", {})
    assert both(admin, (f"/head-office/people/{person.pk}/{what}/", {})) == [302, 302]
    told = RightsChange if what != "sessions/end" else SecurityEvent
    assert told.objects.count() == 1
    assert Session.objects.filter(user=person).count() == 0

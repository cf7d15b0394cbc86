"""Mails about alerts and requests tell figures: they leave while their reader may see them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from inventory.actions.alerts import review_all_alerts
from inventory.actions.daily_digest import Look, write_digest
from inventory.actions.decision_mail import tell_approvers
from inventory.actions.digest import tell_alerts
from inventory.models import StockLevel
from inventory.queries.mailer import readers
from inventory.queries.notifications import choices_of
from stores.actions.mail import send_again, sweep_mails
from stores.models import Company, Location, Mail, Membership, Role, User
from tests.factories import (
    make_level,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_warehouse,
)
from tests.processes import Mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(central: Location) -> User:
    return make_staff(Role.LOGISTICS, central)


def at_once(central: Location) -> None:
    make_level(make_sku(), central, on_hand=0, reorder_point=4)
    review_all_alerts()
    tell_alerts(timezone.now() + timedelta(minutes=1))


def daily(central: Location) -> None:
    level = make_level(make_sku(), central, on_hand=10)
    StockLevel.objects.filter(pk=level.pk).update(maximum=9)
    review_all_alerts()
    [due] = readers(Company.current())
    write_digest(due, timezone.localdate(), Look(timezone.now()), choices_of([due.user.pk]))


def decision(central: Location) -> None:
    tell_approvers(make_restock(store=make_store(), warehouse=central).pk)


MAILS: dict[str, Callable[[Location], None]] = {
    "alert_digest": at_once,
    "stock_digest": daily,
    "decision/restock": decision,
}
CHANGES: dict[Mail.Withheld, Callable[[User], object]] = {
    Mail.Withheld.SECOND_FACTOR: lambda reader: Company.objects.update(
        two_factor_roles=[Role.LOGISTICS]
    ),
    Mail.Withheld.READER_RIGHT: lambda reader: Membership.objects.filter(user=reader).update(
        location=make_warehouse("north", name="North")
    ),
    Mail.Withheld.READER_CLOSED: lambda reader: User.objects.filter(pk=reader.pk).update(
        is_active=False
    ),
}


@pytest.mark.parametrize("why", CHANGES)
@pytest.mark.parametrize("template", MAILS)
def test_what_a_reader_may_not_see_by_now_does_not_leave(
    central: Location, reader: User, mailbox: Mailbox, template: str, why: Mail.Withheld
) -> None:
    MAILS[template](central)
    mail = Mail.objects.get()
    assert (mail.reader, mail.template) == (reader, template)
    CHANGES[why](reader)
    assert sweep_mails() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.withheld, mail.sent_at) == (Mail.State.FAILED, why, None)
    assert mailbox.mails() == []


@pytest.mark.parametrize("template", MAILS)
def test_it_leaves_as_soon_as_the_second_factor_is_there(
    central: Location, reader: User, mailbox: Mailbox, template: str
) -> None:
    Company.objects.update(two_factor_roles=[Role.LOGISTICS])
    MAILS[template](central)
    assert sweep_mails() == 0
    User.objects.filter(pk=reader.pk).update(two_factor_since=timezone.now())
    mail = send_again(Mail.objects.get().pk)
    assert sweep_mails() == 1
    assert [received["Message-ID"] for received in mailbox.mails()] == [mail.message_id]


@pytest.mark.parametrize("template", MAILS)
def test_head_office_gets_what_it_chose(
    central: Location, reader: User, mailbox: Mailbox, template: str
) -> None:
    """A role that includes the one that is told sees the figures, too."""
    MAILS[template](central)
    Membership.objects.filter(user=reader).update(role=Role.HEAD_OFFICE, location=None)
    assert sweep_mails() == 1

"""A report's mail waits for the mail server: rights are those of the moment when it leaves."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone, translation

from backoffice.actions.deliveries import plan_reports, sweep_reports
from backoffice.actions.schedules import delete_schedule, stop_schedule
from backoffice.actions.snapshots import send_snapshot
from backoffice.models import ReportDelivery, Schedule
from backoffice.queries.overview import head_office_overview
from stores.actions.mail import send_again, send_mail, sweep_mails
from stores.models import Company, Location, Mail, Membership, Role, User
from tests.factories import make_staff
from tests.processes import Mailbox
from tests.reports.chain import Chain
from tests.reports.runs import run
from tests.reports.schedules import mails_to, schedule_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("morning")]
type Change = Callable[[User, User], object]  # of the reader's rights and the owner's

CHANGES: dict[str, tuple[Mail.Withheld, Change]] = {
    "the reader manages nothing now": (
        Mail.Withheld.READER_RIGHT,
        lambda reader, owner: Membership.objects.filter(user=reader).delete(),
    ),
    "the reader only sells now": (
        Mail.Withheld.READER_RIGHT,
        lambda reader, owner: Membership.objects.filter(user=reader).update(role=Role.CLERK),
    ),
    "the reader's account is closed": (
        Mail.Withheld.READER_CLOSED,
        lambda reader, owner: User.objects.filter(pk=reader.pk).update(is_active=False),
    ),
    "the reader's role asks for a second factor now": (
        Mail.Withheld.SECOND_FACTOR,
        lambda reader, owner: Company.objects.update(two_factor_roles=[Role.MANAGER]),
    ),
    "the owner manages another store now": (
        Mail.Withheld.OWNER_RIGHT,
        lambda reader, owner: Membership.objects.filter(user=owner).update(
            role=Role.MANAGER, location=Location.objects.get(code="paris")
        ),
    ),
    "the owner only reads now": (
        Mail.Withheld.OWNER_RIGHT,
        lambda reader, owner: Membership.objects.filter(user=owner).update(role=Role.AUDITOR),
    ),
    "the owner's account is closed": (
        Mail.Withheld.OWNER_RIGHT,
        lambda reader, owner: User.objects.filter(pk=owner.pk).update(is_active=False),
    ),
}


@pytest.fixture
def reader(chain: Chain) -> User:
    return make_staff(Role.MANAGER, chain.lyon)


@pytest.fixture
def schedule(office: User, reader: User) -> Schedule:
    return schedule_of(office)


def waiting_mail(reader: User) -> Mail:
    """Today's, which was made and did not leave yet; yesterday's is no part of this."""
    plan_reports()
    sweep_reports()
    mail = mails_to(reader)[-1]
    mails_to(reader)[0].delete()
    return mail


@pytest.mark.parametrize("change", CHANGES)
def test_a_mail_that_its_reader_may_not_have_by_now_does_not_leave(
    schedule: Schedule, reader: User, office: User, mailbox: Mailbox, change: str
) -> None:
    why, changed = CHANGES[change]
    mail = waiting_mail(reader)
    changed(reader, office)
    assert sweep_mails() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.withheld, mail.sent_at) == (Mail.State.FAILED, why, None)
    assert mailbox.mails() == []
    assert sweep_mails() == 0


def test_who_may_read_it_still_gets_it(
    schedule: Schedule, reader: User, office: User, mailbox: Mailbox
) -> None:
    mail = waiting_mail(reader)
    Company.objects.update(two_factor_roles=[Role.MANAGER])
    User.objects.filter(pk=reader.pk).update(two_factor_since=timezone.now())
    everything = Membership.objects.filter(user=reader)
    everything.update(role=Role.AUDITOR, location=None)
    assert sweep_mails() == 1
    assert [received["Message-ID"] for received in mailbox.mails()] == [mail.message_id]


def test_a_mail_that_was_held_back_leaves_when_the_right_is_there_again(
    schedule: Schedule, reader: User, mailbox: Mailbox
) -> None:
    mail = waiting_mail(reader)
    Company.objects.update(two_factor_roles=[Role.MANAGER])
    sweep_mails()
    send_again(mail.pk)
    sweep_mails()
    mail.refresh_from_db()
    assert (mail.state, mail.withheld) == (Mail.State.FAILED, Mail.Withheld.SECOND_FACTOR)
    User.objects.filter(pk=reader.pk).update(two_factor_since=timezone.now())
    send_again(mail.pk)
    assert sweep_mails() == 1
    mail.refresh_from_db()
    assert (mail.state, mail.withheld) == (Mail.State.SENT, "")
    assert len(mailbox.mails()) == 1


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["not mailed", "The reader may not see these figures any more."]),
        ("fr", ["pas envoyé", "Le lecteur n’a plus le droit de voir ces chiffres."]),
    ],
)
def test_what_was_sent_says_why_a_mail_was_not(
    client: Client, schedule: Schedule, reader: User, office: User, language: str, words: list[str]
) -> None:
    mail = waiting_mail(reader)
    Membership.objects.filter(user=reader).delete()
    sweep_mails()
    office.language = language
    office.save()
    client.force_login(office)
    page = client.get(f"/reports/schedules/{schedule.pk}/").text
    row = page.partition(str(words[0]))[2].partition("</tr>")[0]
    assert words[1] in row
    with translation.override(language):
        reason = str(Mail.Withheld.READER_RIGHT.label)
    assert reason in client.get(f"/head-office/mail/{mail.pk}/").text
    assert head_office_overview([], office).wrong == []  # as it should be, not what went wrong


def test_who_must_set_up_a_second_factor_first_is_told_nothing(
    client: Client, schedule: Schedule, reader: User, office: User
) -> None:
    """As on the pages, which lead them to setting it up whatever they ask for."""
    Company.objects.update(two_factor_roles=[Role.MANAGER])
    plan_reports()
    assert sweep_reports() == 2
    assert mails_to(reader) == []
    assert {d.state for d in schedule.deliveries.all()} == {ReportDelivery.State.NO_FACTOR}
    client.force_login(office)
    assert "second factor not set up" in client.get(f"/reports/schedules/{schedule.pk}/").text


@pytest.mark.parametrize("end", [stop_schedule, delete_schedule])
def test_a_schedule_that_somebody_ends_mails_nothing_more(
    schedule: Schedule, reader: User, office: User, mailbox: Mailbox, end: Callable[..., object]
) -> None:
    mail = waiting_mail(reader)
    end(schedule.pk, by=office)
    assert sweep_mails() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.withheld) == (Mail.State.FAILED, Mail.Withheld.STOPPED)
    assert mailbox.mails() == []


def test_a_mail_that_was_being_sent_when_its_schedule_was_stopped_is_held_back_by_the_sweep(
    schedule: Schedule, reader: User, office: User
) -> None:
    mail = waiting_mail(reader)
    stop_schedule(schedule.pk, by=office)
    Mail.objects.filter(pk=mail.pk).update(
        state=Mail.State.WAITING, withheld=""
    )  # it didn't arrive
    sweep_reports()
    mail.refresh_from_db()
    assert (mail.state, mail.withheld) == (Mail.State.FAILED, Mail.Withheld.STOPPED)


def test_what_somebody_lets_be_mailed_to_themselves_asks_for_their_right_too(
    chain: Chain, reader: User, mailbox: Mailbox
) -> None:
    send_snapshot(run([chain.lyon]), key=uuid4(), by=reader)
    Membership.objects.filter(user=reader).update(location=chain.paris)
    [mail] = mails_to(reader)
    send_mail(mail.pk)
    mail.refresh_from_db()
    assert (mail.state, mail.withheld) == (Mail.State.FAILED, Mail.Withheld.READER_RIGHT)
    assert mailbox.mails() == []

"""Mails that were sent are kept as long as the company says; who got what stays known."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.actions.deliveries import plan_reports, sweep_reports
from backoffice.models import Schedule
from stores.actions import old_mails
from stores.actions.mail import Attachment, queue_mail
from stores.actions.old_mails import sweep_old_mails
from stores.models import Company, Mail, MailAttachment, Role
from tests.factories import make_staff, make_store
from tests.reports.schedules import schedule_of

pytestmark = pytest.mark.django_db
KEPT = timedelta(days=400)


def mail_of(state: Mail.State, age: timedelta) -> Mail:
    number = Mail.objects.count()
    file = Attachment("a.csv", "text/csv", b"a")
    to, context = "a@comptoir.example", {"link": "http://x.example/"}
    mail = queue_mail(key=f"{number}", template="trial", to=to, context=context, attachments=[file])
    assert mail
    then = timezone.now() - age
    sent = then if state == Mail.State.SENT else None
    Mail.objects.filter(pk=mail.pk).update(state=state, created_at=then, sent_at=sent)
    return mail


def test_what_was_sent_long_ago_is_deleted_with_its_files() -> None:
    old = mail_of(Mail.State.SENT, KEPT + timedelta(minutes=1))
    kept = mail_of(Mail.State.SENT, KEPT - timedelta(minutes=1))
    assert sweep_old_mails() == 1
    assert list(Mail.objects.all()) == [kept]
    assert list(MailAttachment.objects.values_list("mail", flat=True)) == [kept.pk]
    Company.objects.update(mail_days=399)
    assert sweep_old_mails() == 1
    assert sweep_old_mails() == 0
    assert not Mail.objects.filter(pk=old.pk).exists()


@pytest.mark.parametrize("state", [Mail.State.WAITING, Mail.State.FAILED])
def test_what_was_not_sent_stays(state: Mail.State) -> None:
    mail_of(state, 2 * KEPT)
    assert sweep_old_mails() == 0
    assert Mail.objects.count() == 1


def test_many_are_deleted_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(old_mails, "AT_ONCE", 2)
    for _number in range(5):
        mail_of(Mail.State.SENT, 2 * KEPT)
    with CaptureQueriesContext(connection) as captured:
        assert sweep_old_mails() == 5
    deleted = [q["sql"] for q in captured if q["sql"].startswith('DELETE FROM "stores_mail"')]
    assert len(deleted) == 3


def test_who_got_a_report_stays_known(client: Client) -> None:
    Schedule.objects.all().delete()
    office, manager = make_staff(Role.HEAD_OFFICE), make_staff(Role.MANAGER, make_store("lyon"))
    schedule = schedule_of(office, when_empty=True)
    long_ago = timezone.now() - 2 * KEPT
    Schedule.objects.update(planned_until=timezone.now() - timedelta(days=2))
    assert plan_reports() >= 1
    assert sweep_reports() >= 1
    Mail.objects.update(state=Mail.State.SENT, sent_at=long_ago)
    count = schedule.deliveries.count()
    assert sweep_old_mails() == count
    client.force_login(office)
    page = client.get(f"/reports/schedules/{schedule.pk}/").text
    assert page.count(f"What {manager} got") == count
    assert set(schedule.deliveries.values_list("state", "mail")) == {("sent", None)}

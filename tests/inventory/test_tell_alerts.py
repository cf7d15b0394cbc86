"""Digests: who is told of which alerts, once, and what the mail says."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from inventory.actions.alert_life import snooze_alerts
from inventory.actions.alert_sweep import sweep_alerts
from inventory.actions.alerts import review_all_alerts
from inventory.actions.digest import tell_alerts
from inventory.actions.stock import Move, move_stock
from inventory.models import (
    Alert,
    AlertRun,
    Cause,
    Document,
    NotificationChoice,
    RestockRequest,
    StockLevel,
    Transfer,
)
from stores.models import Location, Mail, MailAttachment, Role, User
from stores.models.location import outer_place
from tests.concurrency.together import together
from tests.factories import (
    make_level,
    make_membership,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_user,
    make_warehouse,
)
from tests.inventory.selling import sell

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)  # in Paris


def run_out(store: Location, name: str, *, left: int = 0) -> StockLevel:
    level = make_level(make_sku(f"C-{name}", name=name), store, on_hand=10, reorder_point=4)
    sell(level, 10 - left, level.pk)
    return level


@pytest.mark.django_db
def test_people_of_the_place_and_logistics_are_told_once_in_their_language() -> None:
    lyon, paris = make_store("lyon", name="Lyon"), make_store("paris", name="Paris")
    clerk, manager = make_staff(Role.CLERK, lyon), make_staff(Role.MANAGER, lyon)
    logistics = make_membership(Role.LOGISTICS, None, user=make_user(language="fr")).user
    for stranger in (Role.HEAD_OFFICE, Role.AUDITOR):
        make_staff(stranger)
    make_staff(Role.MANAGER, paris)
    gone = make_staff(Role.CLERK, lyon)
    gone.is_active = False
    gone.save()
    with time_machine.travel(NOON, tick=False):
        run_out(lyon, "Café")
        run_out(lyon, "Souris", left=3)
        assert tell_alerts() == 3
        assert tell_alerts() == 0
    mails = {mail.reader_id: mail for mail in Mail.objects.all()}
    assert set(mails) == {clerk.pk, manager.pk, logistics.pk}
    mail = mails[clerk.pk]
    assert mail.subject == "1 product out of stock, 1 running low in Lyon"
    assert "All 2 products that Lyon keeps were checked on 20 Nov 2026, 12:00." in mail.text
    assert "- Café (C-Café): out of stock, reorder point 4" in mail.text
    assert "- Souris (C-Souris): 3 available, reorder point 4" in mail.text
    assert mails[logistics.pk].language == "fr"
    assert set(Alert.objects.values_list("told_at", flat=True)) == {NOON}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("out", "low", "subject"),
    [
        (3, 0, "3 products out of stock in Lyon"),
        (0, 1, "1 product running low in Lyon"),
        (0, 2, "2 products running low in Lyon"),
        (1, 2, "1 product out of stock, 2 running low in Lyon"),
    ],
)
def test_the_subject_carries_the_figure(out: int, low: int, subject: str) -> None:
    lyon = make_store("lyon", name="Lyon")
    make_staff(Role.CLERK, lyon)
    for number in range(out):
        run_out(lyon, f"out {number}")
    for number in range(low):
        run_out(lyon, f"low {number}", left=2)
    tell_alerts()
    assert Mail.objects.get().subject == subject


@pytest.mark.django_db
def test_what_closed_before_it_was_told_is_not_told() -> None:
    lyon = make_store("lyon", name="Lyon")
    make_staff(Role.CLERK, lyon)
    level = run_out(lyon, "Café")
    supplier = outer_place(Location.Kind.SUPPLIER)
    back = [Move(level.sku_id, supplier, lyon, 10)]
    move_stock(back, cause=Cause(Document.ADJUSTMENT, 1), by=None)
    assert tell_alerts() == 0
    assert not Mail.objects.exists()
    sell(level, 10, 999)
    assert tell_alerts() == 1


@pytest.mark.django_db
def test_alerts_wait_while_nobody_is_there_to_be_told() -> None:
    lyon = make_store("lyon")
    run_out(lyon, "Café")
    assert tell_alerts() == 0
    assert Alert.objects.filter(told_at=None).count() == 2
    make_staff(Role.CLERK, lyon)
    assert tell_alerts() == 1


@pytest.mark.django_db
def test_a_long_table_is_cut_and_the_whole_one_attached() -> None:
    lyon = make_store("lyon", name="Lyon")
    make_staff(Role.CLERK, lyon)
    first = make_sku(name="=2+2")
    skus = [first, *(make_sku(product=first.product, variant=f"v{n}") for n in range(41))]
    levels = [make_level(sku, lyon, on_hand=1) for sku in skus]
    customer = outer_place(Location.Kind.CUSTOMER)
    moves = [Move(level.sku_id, lyon, customer, 1) for level in levels]
    move_stock(moves, cause=Cause(Document.SALE, 1), by=None)
    tell_alerts()
    mail = Mail.objects.get()
    assert mail.subject == "42 products out of stock in Lyon"
    assert "40 of 42 rows; the whole table is attached." in mail.text
    assert mail.html.count("out of stock</span>") == 40
    attachment = MailAttachment.objects.get()
    lines = bytes(attachment.content).decode("utf-8-sig").splitlines()
    assert lines[0] == "Place,Product,Code,Kind,Available,On hand,Reorder point,Since"
    assert len(lines) == 43
    assert sum(line.startswith("Lyon,'=2+2") for line in lines) == 42


@pytest.mark.django_db
def test_the_link_opens_the_rows_of_the_mail(client: Client) -> None:
    lyon = make_store("lyon", name="Lyon")
    clerk = make_staff(Role.CLERK, lyon)
    told = run_out(lyon, "Café")
    tell_alerts()
    later = run_out(lyon, "Souris")
    supplier = outer_place(Location.Kind.SUPPLIER)
    back = [Move(told.sku_id, supplier, lyon, 10)]
    move_stock(back, cause=Cause(Document.ADJUSTMENT, 1), by=None)
    link = urlsplit(Mail.objects.get().text.split("\n\n--\n")[0].split()[-1])
    assert link.path == "/stores/lyon/alerts/"
    client.force_login(clerk)
    response = client.get(link.path, {"told": parse_qs(link.query)["told"][0]})
    page = response.content.decode()
    assert told.sku.code in page
    assert later.sku.code not in page
    assert "stock adjustment" in page
    assert "1 row" in page


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_moment_tell_once() -> None:
    lyon = make_store("lyon")
    make_staff(Role.CLERK, lyon)
    run_out(lyon, "Café")
    assert together([tell_alerts] * 2) in ([0, 1], [1, 0])
    assert Mail.objects.count() == 1


def choose(user: User, subject: str, how: str) -> None:
    NotificationChoice.objects.create(user=user, subject=subject, how=how)


@pytest.mark.django_db
def test_each_person_is_told_of_the_kinds_that_they_chose() -> None:
    lyon = make_store("lyon", name="Lyon")
    both, out_only, nothing = (make_staff(Role.CLERK, lyon) for _ in range(3))
    choose(out_only, "low", "digest")
    for subject in ("low", "out"):
        choose(nothing, subject, "none")
    run_out(lyon, "Café")
    run_out(lyon, "Souris", left=3)
    assert tell_alerts() == 2
    subjects = dict(Mail.objects.values_list("reader_id", "subject"))
    assert subjects == {
        both.pk: "1 product out of stock, 1 running low in Lyon",
        out_only.pk: "1 product out of stock in Lyon",
    }
    assert "kinds=out" in Mail.objects.get(reader=out_only).text
    assert "kinds=" not in Mail.objects.get(reader=both).text


@pytest.mark.django_db
def test_what_nobody_wants_at_once_stays_untold_for_who_changes_their_mind() -> None:
    lyon = make_store("lyon", name="Lyon")
    clerk = make_staff(Role.CLERK, lyon)
    level = make_level(make_sku("C-Full"), lyon, on_hand=10)
    StockLevel.objects.filter(pk=level.pk).update(maximum=9)
    review_all_alerts()
    assert tell_alerts() == 0  # overstock is for the digest
    choose(clerk, "overstock", "at_once")
    assert tell_alerts() == 1
    mail = Mail.objects.get()
    assert mail.subject == "1 product above its maximum in Lyon"
    assert "10 on hand, at most 9" in mail.text


@pytest.mark.django_db
def test_silent_and_snoozed_alerts_are_told_when_they_speak_again() -> None:
    lyon = make_store("lyon", name="Lyon")
    clerk = make_staff(Role.CLERK, lyon)
    silent = run_out(lyon, "Café")
    StockLevel.objects.filter(pk=silent.pk).update(incoming=9)
    run_out(lyon, "Souris", left=3)
    snoozed = Alert.objects.get(sku__code="C-Souris")
    assert tell_alerts(NOON) == 1
    snooze_alerts([snoozed.pk], until=date(2026, 11, 23), by=clerk, now=NOON)
    assert tell_alerts(NOON + timedelta(days=1)) == 0
    assert tell_alerts(NOON + timedelta(days=3)) == 1  # it is back, on its day
    assert tell_alerts(NOON + timedelta(days=3, minutes=1)) == 0
    StockLevel.objects.filter(pk=silent.pk).update(incoming=4)
    assert tell_alerts(NOON + timedelta(days=3, minutes=2)) == 1
    assert [mail.subject for mail in Mail.objects.order_by("pk")] == [
        "1 product running low in Lyon",
        "1 product running low in Lyon",
        "1 product out of stock in Lyon",
    ]


@pytest.mark.django_db
def test_a_late_transfer_and_a_waiting_request_are_told_at_their_place() -> None:
    lyon, central = make_store("lyon", name="Lyon"), make_warehouse("central", name="Central")
    clerk, logistics = make_staff(Role.CLERK, lyon), make_staff(Role.LOGISTICS, central)
    request = make_restock(store=lyon, warehouse=central, by=clerk)
    RestockRequest.objects.update(asked_at=NOON - timedelta(hours=25))
    transfer = Transfer.objects.create(
        key=uuid4(),
        source=central,
        destination=lyon,
        state="in_transit",
        sent_at=NOON - timedelta(days=3),
        due_at=NOON - timedelta(days=1),
    )
    sweep_alerts(NOON)
    assert tell_alerts(NOON) == 2
    late, waiting = Mail.objects.get(reader=clerk), Mail.objects.get(reader=logistics)
    assert late.subject == "1 transfer late in Lyon"
    assert f"- T-{transfer.pk} (Central): was expected 19 Nov 2026" in late.text
    assert waiting.subject == "1 request waiting too long in Central"
    assert f"- R-{request.pk} (Lyon): waits for a decision" in waiting.text


@pytest.mark.django_db
def test_a_run_says_what_it_looked_at_and_what_it_sent() -> None:
    lyon = make_store("lyon")
    make_staff(Role.CLERK, lyon)
    make_warehouse("central")
    run_out(lyon, "Café")
    make_level(make_sku(), lyon, on_hand=9)
    tell_alerts(NOON)
    run = AlertRun.objects.get()
    assert (run.kind, run.started_at) == ("at_once", NOON)
    assert run.finished_at
    assert NOON <= run.finished_at < NOON + timedelta(minutes=1)
    assert (run.places, run.checked, run.found, run.mails, run.failure) == (2, 2, 1, 1, "")


@pytest.mark.django_db
def test_one_place_that_fails_does_not_hold_up_the_others() -> None:
    lyon, paris = make_store("lyon", name="Lyon"), make_store("paris", name="Paris")
    broken = make_staff(Role.CLERK, lyon)
    User.objects.filter(pk=broken.pk).update(email="no address")
    make_staff(Role.CLERK, paris)
    run_out(lyon, "Café")
    run_out(paris, "Café 2")
    assert tell_alerts() == 1
    assert Mail.objects.get().subject == "1 product out of stock in Paris"
    run = AlertRun.objects.get()
    assert run.failure.startswith("Lyon: ValidationError: ")
    assert run.finished_at is not None
    assert Alert.objects.filter(location=lyon, told_at=None).count() == 2

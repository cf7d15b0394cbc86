"""The mail that tells an approver of a request, and the link in it that decides once."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from inventory.actions.carry_out import carry_out_restock
from inventory.actions.decision_mail import approve_by_link, tell_all_approvers, tell_approvers
from inventory.actions.restock import approve_restock, refuse_restock
from inventory.actions.restock_asking import withdraw_restock
from inventory.errors import SignInToDecide
from inventory.models import DecisionLink, NotificationChoice, RestockEvent, RestockRequest, Sku
from inventory.queries.decision_links import token_of
from stores.models import Company, Location, Mail, Role, SignInAttempt, User
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

pytestmark = pytest.mark.django_db
BAD = "This link opens nothing"
NOON = datetime.fromisoformat("2026-03-01T12:00Z")


@pytest.fixture
def marie(warehouse: Location) -> User:
    return make_membership(Role.LOGISTICS, warehouse, user=make_user(name="Marie Curie")).user


def ask(
    warehouse: Location, asked: Mapping[Sku, int] | None = None, by: User | None = None
) -> RestockRequest:
    """Lyon's request; its approvers were told."""
    lyon = make_store(name="Lyon")
    request = make_restock(asked, store=lyon, warehouse=warehouse, by=by)
    tell_approvers(request.pk)
    return request


def link_in(mail: Mail) -> str:
    [path] = re.findall(r"(/restock/decide/[^/\s]+/)", mail.text)
    return path


def the_link(reader: User) -> str:
    return link_in(Mail.objects.filter(reader=reader).latest("pk"))


def readers() -> list[int | None]:
    return list(Mail.objects.order_by("reader").values_list("reader", flat=True))


def waits(request: RestockRequest) -> bool:
    request.refresh_from_db()
    return request.is_waiting and not RestockEvent.objects.filter(kind="approved").exists()


def test_the_mail_says_what_is_asked_and_what_there_is(warehouse: Location, marie: User) -> None:
    tea = make_sku("TEA", name="Tea", cost="5.50")
    coffee = make_sku("COF", name="Coffee", cost="2.00")
    mug = make_sku("MUG", name="Mug", cost="1.00")
    for sku, on_hand in ((tea, 10), (coffee, 4), (mug, 8)):
        make_level(sku, warehouse, on_hand=on_hand)
    make_restock({mug: 5}, warehouse=warehouse)
    request = make_restock(
        {tea: 6, coffee: 6, mug: 5}, store=make_store(name="Lyon"), warehouse=warehouse
    )
    RestockRequest.objects.filter(pk=request.pk).update(value=Decimal("50.00"))
    assert tell_approvers(request.pk) == 1
    mail = Mail.objects.get(reader=marie)
    assert mail.subject == "Lyon asks for 3 articles, 17 units, €50.00"
    for line in (
        "6 × Coffee (Central has 4, not enough)",
        "5 × Mug (Central has 8, not for all)",
        "6 × Tea (Central has 10)",
    ):
        assert line in mail.text
    assert mail.text.index("Coffee") < mail.text.index("Mug") < mail.text.index("Tea")
    assert link_in(mail) in mail.html
    assert mail.is_secret


def test_the_mail_is_in_the_language_of_its_reader(warehouse: Location) -> None:
    for language in ("en", "fr"):
        make_membership(Role.LOGISTICS, warehouse, user=make_user(language=language))
    ask(warehouse)
    mails = Mail.objects.order_by("pk")
    assert [mail.language for mail in mails] == ["en", "fr"]


def test_those_who_decide_there_are_told_but_for_who_asked(
    warehouse: Location, marie: User
) -> None:
    company_wide, boss = make_staff(Role.LOGISTICS), make_staff(Role.HEAD_OFFICE)
    make_staff(Role.LOGISTICS, make_warehouse())
    make_staff(Role.AUDITOR)
    ask(warehouse, by=company_wide)
    assert readers() == [marie.pk]
    Company.objects.update(own_requests_allowed=True)
    ask(warehouse, by=company_wide)
    assert readers() == [marie.pk, marie.pk, company_wide.pk]
    Company.objects.update(own_requests_allowed=False)
    ask(make_warehouse(), by=company_wide)  # where nobody else decides
    assert readers()[-1] == boss.pk


@pytest.mark.parametrize(("how", "mails"), [("at_once", 1), ("digest", 0), ("none", 0)])
def test_each_person_chooses_how_to_be_told(
    warehouse: Location, marie: User, how: str, mails: int
) -> None:
    NotificationChoice.objects.create(user=marie, subject="request", how=how)
    ask(warehouse)
    assert Mail.objects.count() == DecisionLink.objects.count() == mails


def test_each_state_is_told_once(warehouse: Location, marie: User) -> None:
    sku = make_sku()
    make_level(sku, warehouse, on_hand=3)
    request = ask(warehouse, {sku: 5})
    assert tell_approvers(request.pk) == 0
    tell_all_approvers()
    assert Mail.objects.count() == 1
    approve_restock(request.pk, by=marie)
    tell_all_approvers()
    carry_out_restock(request.pk)
    tell_all_approvers()
    first, second = Mail.objects.order_by("pk")
    assert "It came back: Central had not enough" in second.text
    assert "It came back" not in first.text
    assert link_in(first) != link_in(second)


def test_the_sweep_finds_what_no_nudge_told(warehouse: Location, marie: User) -> None:
    request = make_restock(warehouse=warehouse)
    tell_all_approvers()
    assert DecisionLink.objects.get().request == request
    request.refresh_from_db()
    assert (request.version, request.told_version) == (1, 1)


def test_looking_changes_nothing(client: Client, warehouse: Location, marie: User) -> None:
    request = ask(warehouse)
    for _look in range(3):
        answer = client.get(the_link(marie))
        assert (answer.status_code, answer["Referrer-Policy"]) == (200, "same-origin")
        assert "no-store" in answer["Cache-Control"]
        assert answer.text.count("<button") - answer.text.count("data-close-notice") == 1
        assert "Approve as asked" in answer.text
        assert 'aria-label="Main"' not in answer.text
    assert client.head(the_link(marie)).status_code == 200
    assert waits(request)
    assert DecisionLink.objects.get().used_at is None


def test_one_click_decides_in_the_name_of_the_reader(
    client: Client, warehouse: Location, marie: User
) -> None:
    request = ask(warehouse)
    link = the_link(marie)
    assert client.post(link)["Location"] == link
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("approved", marie)
    event = request.events.get(kind="approved")
    assert (event.by, event.via) == (marie, "mail")
    page = client.get(link)
    assert "You approved it with this link" in page.text
    assert "Approve as asked" not in page.text
    client.force_login(make_staff(Role.HEAD_OFFICE))
    assert "from the mail" in client.get(f"/head-office/restock/{request.pk}/").text


def test_the_second_click_says_it_was_used(
    client: Client, warehouse: Location, marie: User
) -> None:
    request = ask(warehouse)
    client.post(the_link(marie))
    again = client.post(the_link(marie))
    assert again.status_code == 422
    assert "The link was used and decides nothing more." in again.text
    assert request.events.filter(kind="approved").count() == 1


@pytest.mark.parametrize("words", ["already approved", "already refused", "withdrawn"])
def test_it_says_who_decided_meanwhile_and_when(
    client: Client, warehouse: Location, marie: User, words: str
) -> None:
    request = ask(warehouse)
    lea = make_membership(Role.LOGISTICS, warehouse, user=make_user(name="Léa")).user
    if words == "already refused":
        refuse_restock(request.pk, reason="No", by=lea)
    elif words == "already approved":
        approve_restock(request.pk, by=lea)
    else:
        make_membership(Role.CLERK, request.store, user=lea)
        withdraw_restock(request.pk, by=lea)
    at = datetime.fromisoformat("2026-03-01T09:30Z")
    RestockRequest.objects.update(decided_at=at)
    for answer, status in ((client.get(the_link(marie)), 200), (client.post(the_link(marie)), 422)):
        assert answer.status_code == status
        assert f"{request} was {words} by Léa, 1 Mar 2026, 10:30" in answer.text
        assert "Approve as asked" not in answer.text
    request.refresh_from_db()
    assert request.decided_by == lea


def test_the_mail_says_in_the_time_of_the_place_how_long_the_link_is_good(
    warehouse: Location, marie: User
) -> None:
    """Central is in Paris; the worker that writes the mail keeps UTC."""
    with time_machine.travel(NOON, tick=False):
        ask(warehouse)
    mail = Mail.objects.get(reader=marie)
    for text in (mail.text, mail.html):
        assert "works once and until 4 Mar 2026, 13:00." in text


def test_it_shows_the_new_state_when_the_request_changed(
    client: Client, warehouse: Location, marie: User
) -> None:
    request = ask(warehouse)
    link = the_link(marie)
    request.lines.create(sku=make_sku(name="Late addition"), asked=3)
    RestockRequest.objects.update(version=2)
    for answer, status in ((client.get(link), 200), (client.post(link), 422)):
        assert answer.status_code == status
        assert "It has changed since the mail was written." in answer.text
        assert "Late addition" in answer.text
        assert f"/head-office/restock/{request.pk}/" in answer.text
        assert "Approve as asked" not in answer.text
    assert waits(request)


def test_it_is_good_for_three_days(client: Client, warehouse: Location, marie: User) -> None:
    request = ask(warehouse)
    left = DecisionLink.objects.get().expires_at - timezone.now()
    assert timedelta(days=2, hours=23) < left <= timedelta(days=3)
    DecisionLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for answer, status in ((client.get(the_link(marie)), 200), (client.post(the_link(marie)), 422)):
        assert answer.status_code == status
        assert "This link is too old" in answer.text
        assert "Lyon" not in answer.text
    assert waits(request)


@pytest.mark.parametrize("closed", [False, True])
def test_a_right_lost_since_is_no_right(
    client: Client, warehouse: Location, marie: User, closed: bool
) -> None:
    request = ask(warehouse)
    link = the_link(marie)
    if closed:
        User.objects.filter(pk=marie.pk).update(is_active=False)
    else:
        marie.memberships.all().delete()
    for answer, status in ((client.get(link), 200), (client.post(link), 422)):
        assert answer.status_code == status
        assert "You no longer decide for Central." in answer.text
        assert "Lyon" not in answer.text
    assert waits(request)


def test_it_decides_for_its_reader_alone(client: Client, warehouse: Location, marie: User) -> None:
    request = ask(warehouse)
    for stranger in (make_user(), make_staff(Role.LOGISTICS, warehouse), request.asked_by):
        client.force_login(stranger)
        for answer in (client.get(the_link(marie)), client.post(the_link(marie))):
            assert answer.status_code == 404
            assert BAD in answer.text
            assert "Lyon" not in answer.text
    assert waits(request)
    client.force_login(marie)
    assert client.post(the_link(marie)).status_code == 302


def test_who_asked_cannot_decide_when_the_company_says_so_again(
    client: Client, warehouse: Location, marie: User
) -> None:
    Company.objects.update(own_requests_allowed=True)
    request = ask(warehouse, by=marie)
    Company.objects.update(own_requests_allowed=False)
    answer = client.post(the_link(marie))
    assert answer.status_code == 422
    assert "You made this request yourself" in answer.text
    assert waits(request)


def test_a_forged_link_tells_nothing(client: Client, warehouse: Location, marie: User) -> None:
    request = ask(warehouse)
    link = DecisionLink.objects.get()
    token = token_of(link)
    gone = DecisionLink(request=request, reader=marie, version=1, expires_at=timezone.now())
    pages = set()
    for forged in (link.pk.hex, f"{token[:-1]}!", f"{link.pk.hex}.abc", "x", token_of(gone)):
        SignInAttempt.objects.all().delete()
        for answer in (
            client.get(f"/restock/decide/{forged}/"),
            client.post(f"/restock/decide/{forged}/"),
        ):
            assert answer.status_code == 404
            assert BAD in answer.text
            pages.add(answer.text.replace(answer["X-Request-ID"], ""))
    assert len(pages) == 1
    assert waits(request)


def test_who_tries_many_has_to_wait_and_nobody_else_does(
    client: Client, warehouse: Location, marie: User
) -> None:
    ask(warehouse)
    statuses = [client.get(f"/restock/decide/forged-{n}/").status_code for n in range(7)]
    assert statuses == [404] * 5 + [429] * 2
    assert client.post(the_link(marie)).status_code == 302


def test_the_action_itself_asks_for_the_second_factor(warehouse: Location, marie: User) -> None:
    request = ask(warehouse)
    link = DecisionLink.objects.get()
    Company.objects.update(two_factor_roles=[Role.LOGISTICS])
    with pytest.raises(SignInToDecide):
        approve_by_link(link.pk)
    assert waits(request)
    link.refresh_from_db()
    assert link.used_at is None


def test_where_the_role_needs_two_factor_a_mail_alone_decides_nothing(
    client: Client, warehouse: Location, marie: User
) -> None:
    request = ask(warehouse)
    Company.objects.update(two_factor_roles=[Role.LOGISTICS])
    for answer in (client.get(the_link(marie)), client.post(the_link(marie))):
        assert answer.headers["Location"] == f"/head-office/restock/{request.pk}/"
    assert waits(request)
    client.force_login(marie)
    page = client.get(f"/head-office/restock/{request.pk}/")
    assert page.headers["Location"].startswith("/profile/two-factor/")

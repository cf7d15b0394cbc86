"""A browser that one of the staff leaves alone for too long asks to sign in again."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.company.forms import SECTIONS
from stores.models import Company, Role, Session, User
from tests.factories import make_staff, make_store, make_user
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
STOCK = "/stores/lyon/stock/"
ITSELF = {"HX-Request": "true", "HX-Target": "days", "HX-Trigger": "days"}


@pytest.fixture
def clerk() -> User:
    return make_staff(Role.CLERK, make_store("lyon"))


def left_alone(user: User, *, hours: float) -> Client:
    client = Client()
    client.force_login(user)
    since = timezone.now() - timedelta(hours=hours)
    Session.objects.filter(user=user).update(last_seen_at=since)
    return client


def test_who_comes_back_too_late_signs_in_again(clerk: User) -> None:
    client = left_alone(clerk, hours=12.1)
    answer = client.get(STOCK)
    assert answer.headers["Location"] == f"/accounts/login/?next={STOCK}"
    assert Session.objects.filter(user=clerk).count() == 0
    assert client.get(STOCK).status_code == 302


def test_who_comes_back_in_time_goes_on_and_begins_anew(clerk: User) -> None:
    client = left_alone(clerk, hours=11.9)
    assert client.get(STOCK).status_code == 200
    session = Session.objects.get(user=clerk)
    assert session.last_seen_at
    assert timezone.now() - session.last_seen_at < timedelta(minutes=1)


def test_what_is_sent_too_late_is_not_done(clerk: User) -> None:
    client = left_alone(clerk, hours=13)
    answer = client.post("/profile/", {"name": "Other", "language": "", "theme": "dark"})
    assert answer.headers["Location"] == "/accounts/login/?next=/profile/"
    clerk.refresh_from_db()
    assert clerk.theme == "auto"


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/profile/two-factor/"])
def test_no_page_keeps_an_old_session_alive(clerk: User, path: str) -> None:
    """A look at the shop, or at what everybody may open, isn't a way back in."""
    client = left_alone(clerk, hours=13)
    client.get(path)
    assert "_auth_user_id" not in client.session
    assert client.get(STOCK).status_code == 302


def test_a_page_that_refreshes_itself_keeps_nobody_in(clerk: User) -> None:
    client = left_alone(clerk, hours=11)
    assert client.get(STOCK, headers=ITSELF).status_code == 200
    Session.objects.update(last_seen_at=timezone.now() - timedelta(hours=12))
    answer = client.get(STOCK, headers=ITSELF | {"HX-Current-URL-Path": STOCK})
    assert answer.headers["HX-Redirect"] == f"/accounts/login/?next={STOCK}"
    assert answer.content == b""


def test_the_company_says_how_long_and_it_holds_at_once(clerk: User) -> None:
    client = left_alone(clerk, hours=3)
    Company.objects.update(idle_hours=2)
    assert client.get(STOCK).status_code == 302
    client = left_alone(clerk, hours=40)
    Company.objects.update(idle_hours=48)
    assert client.get(STOCK).status_code == 200


def test_customers_stay_signed_in() -> None:
    assert left_alone(make_user(), hours=200).get("/profile/").status_code == 200


def test_who_was_here_within_the_hour_costs_nothing(clerk: User) -> None:
    client = left_alone(clerk, hours=0)
    [usual] = queries_of(client, STOCK)
    Session.objects.update(last_seen_at=timezone.now() - timedelta(minutes=59))
    assert queries_of(client, STOCK) == [usual + 1]  # when it was used
    Session.objects.update(last_seen_at=timezone.now() - timedelta(minutes=61))
    assert queries_of(client, STOCK) == [usual + 1]  # how long it may rest is read with the roles


def test_the_shortest_time_is_an_hour() -> None:
    """What is asked of nobody who was here within the hour can't be less."""
    form = SECTIONS["rights"](company=Company.current())
    field = form.fields["idle_hours"]
    assert (field.min_value, field.max_value) == (1, 336)  # type: ignore[attr-defined]

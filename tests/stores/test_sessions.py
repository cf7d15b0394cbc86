"""Open sessions: who is signed in where, how they end, and that looking costs nothing."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from stores.actions.security import forget_old_events
from stores.actions.sessions import end_session, forget_old_sessions
from stores.models import Role, SecurityEvent, Session, User
from stores.origin import Origin
from stores.sessions import SessionStore
from tests.factories import PASSWORD, make_staff, make_store, make_user
from tests.queries import queries_of
from tests.stores.signing_in import kinds_of

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"
Kind = SecurityEvent.Kind


def sign_in(user: User, *, agent: str = FIREFOX, address: str = "192.0.2.10") -> Client:
    client = Client(REMOTE_ADDR=address, headers={"user-agent": agent})
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def session_of(client: Client) -> Session:
    return Session.objects.get(pk=client.session.session_key)


def used_earlier(client: Client, by: timedelta) -> None:
    Session.objects.filter(pk=client.session.session_key).update(last_seen_at=timezone.now() - by)


def is_signed_in(client: Client) -> bool:
    return client.get("/profile/").status_code == 200


def test_a_session_says_whose_it_is_and_from_where() -> None:
    user = make_user()
    session = session_of(sign_in(user))
    assert (session.user, session.address) == (user, "192.0.2.10")
    assert session.browser_in_words == "Firefox on Windows"
    assert session.signed_in_at
    assert session.last_seen_at


def test_signing_in_begins_a_session_that_nobody_could_plant() -> None:
    user, planted = make_user(), SessionStore()
    planted["cart"] = 1
    planted.save()
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = str(planted.session_key)
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert is_signed_in(client)
    assert client.session.session_key != planted.session_key
    assert not Session.objects.filter(pk=planted.session_key).exists()


def test_an_anonymous_visitor_leaves_no_trace_in_a_session() -> None:
    client = Client(REMOTE_ADDR="192.0.2.10")
    client.post("/language/", {"language": "fr"})
    session = client.session
    session["cart"] = 1
    session.save()
    row = Session.objects.get(pk=session.session_key)
    assert (row.user, row.address, row.last_seen_at) == (None, None, None)


def test_when_it_was_used_is_written_once_a_minute() -> None:
    client = sign_in(make_user())
    used_earlier(client, timedelta(seconds=50))
    before = session_of(client).last_seen_at
    client.get("/profile/")
    assert session_of(client).last_seen_at == before
    used_earlier(client, timedelta(minutes=2))
    client.get("/profile/", REMOTE_ADDR="198.51.100.7")
    session = session_of(client)
    assert session.last_seen_at
    assert timezone.now() - session.last_seen_at < timedelta(minutes=1)
    assert session.address == "198.51.100.7"


def test_a_part_that_refreshes_itself_is_not_use() -> None:
    client = sign_in(make_user())
    used_earlier(client, timedelta(hours=1))
    before = session_of(client).last_seen_at
    itself = {"HX-Request": "true", "HX-Trigger": "figures", "HX-Target": "figures"}
    client.get("/profile/", headers=itself)
    assert session_of(client).last_seen_at == before
    client.get("/profile/", headers=itself | {"HX-Trigger": "the-filter"})
    assert session_of(client).last_seen_at != before


def test_a_page_asks_no_more_queries_for_it() -> None:
    client = sign_in(make_staff(Role.CLERK, make_store("lyon")))
    [first] = queries_of(client, "/stores/lyon/stock/")
    assert queries_of(client, "/stores/lyon/stock/") == [first]
    used_earlier(client, timedelta(hours=1))
    assert queries_of(client, "/stores/lyon/stock/") == [first + 1]
    assert queries_of(client, "/stores/lyon/stock/") == [first]


def test_a_person_sees_their_sessions_this_one_first() -> None:
    user, other = make_user(), make_user()
    phone, here = sign_in(user, agent=SAFARI), sign_in(user)
    sign_in(other)
    shown = here.get("/profile/security/").context["sessions"]
    assert [session.pk for session in shown] == [
        here.session.session_key,
        phone.session.session_key,
    ]
    page = here.get("/profile/security/").text
    assert "Safari on iPhone" in page
    assert here.session.session_key not in page
    assert phone.session.session_key not in page


def test_a_person_ends_one_session() -> None:
    user = make_user()
    phone, here = sign_in(user, agent=SAFARI), sign_in(user)
    answer = here.post(f"/profile/sessions/{session_of(phone).handle}/end/", follow=True)
    assert "This session has ended." in answer.text
    assert not is_signed_in(phone)
    assert is_signed_in(here)
    assert kinds_of(user) == ["signed_in", "signed_in", "sessions_ended"]


def test_ending_the_session_in_which_one_is_signs_out() -> None:
    here = sign_in(make_user())
    answer = here.post(f"/profile/sessions/{session_of(here).handle}/end/")
    assert answer.headers["Location"] == "/accounts/login/"
    assert not is_signed_in(here)
    assert Session.objects.filter(user__isnull=False).count() == 0


def test_a_session_that_is_gone_is_ended_without_a_word() -> None:
    user = make_user()
    handle = session_of(sign_in(user)).handle
    origin = Origin("192.0.2.10", "Firefox", "Windows")
    end_session(handle, origin=origin, by=user)
    end_session(handle, origin=origin, by=user)  # in another window, at the same moment
    assert kinds_of(user) == ["signed_in", "sessions_ended"]


def test_nobody_ends_the_session_of_somebody_else() -> None:
    theirs, mine = sign_in(make_user()), sign_in(make_user())
    answer = mine.post(f"/profile/sessions/{session_of(theirs).handle}/end/")
    assert answer.status_code == 404
    assert is_signed_in(theirs)


def test_signing_out_everywhere_else_keeps_this_one() -> None:
    user = make_user()
    phone, here, stranger = sign_in(user), sign_in(user), sign_in(make_user())
    answer = here.post("/profile/sessions/end/", follow=True)
    assert "1 session has ended." in answer.text
    assert [is_signed_in(client) for client in (phone, here, stranger)] == [False, True, True]


def test_a_new_password_ends_the_other_sessions_in_the_list_too() -> None:
    user = make_user()
    phone, here = sign_in(user), sign_in(user)
    data = {"oldpassword": PASSWORD, "password1": "another long one"}
    here.post("/accounts/password/change/", data | {"password2": "another long one"})
    assert is_signed_in(here)
    assert not is_signed_in(phone)
    assert [s.pk for s in Session.objects.filter(user=user)] == [here.session.session_key]
    assert kinds_of(user)[-1] == "password_changed"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/head-office/people/", {}),
        ("/head-office/people/", {"HX-Request": "true", "HX-Target": "people-table"}),
        ("/head-office/products/?export=xlsx", {}),
        ("/profile/", {}),
    ],
)
def test_who_is_deactivated_is_outside_with_the_next_click(
    path: str, headers: dict[str, str]
) -> None:
    person = make_staff(Role.HEAD_OFFICE)
    theirs, admin = sign_in(person), sign_in(make_staff(Role.ADMIN))
    assert theirs.get(path, headers=headers).status_code == 200
    admin.post(f"/head-office/people/{person.pk}/close/")
    assert Session.objects.filter(user=person).count() == 0
    answer = theirs.get(path, headers=headers)
    led = answer.headers["HX-Redirect" if headers else "Location"]
    assert led.startswith("/accounts/login/?next=")
    assert answer.content == b""
    admin.post(f"/head-office/people/{person.pk}/reopen/")
    assert theirs.get("/profile/").status_code == 302


def test_old_sessions_and_old_history_are_swept() -> None:
    user = make_user()
    gone, here = sign_in(user), sign_in(user)
    Session.objects.filter(pk=gone.session.session_key).update(expire_date=timezone.now())
    assert forget_old_sessions() == 1
    assert is_signed_in(here)
    old = user.security_events.earliest("pk")
    SecurityEvent.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=367))
    assert forget_old_events() == 1
    assert kinds_of(user) == ["signed_in"]

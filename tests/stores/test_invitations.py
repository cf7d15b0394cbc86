"""Invitations: several roles in one, a link that is sent again or taken back, and the way in."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from stores.actions.mail import queue_mail
from stores.models import Company, Mail, RightsChange, Role, Session, User
from tests.clients import signed_in
from tests.factories import make_membership, make_staff, make_store, make_user, make_warehouse
from tests.queries import queries_of

pytestmark = pytest.mark.django_db
NEW_PERSON = "/head-office/people/new/"
ANA = {"name": "Ana", "email": "ana@comptoir.example", "role": "clerk", "location": "lyon"}
CHOSEN = {"password1": "a long enough pass", "password2": "a long enough pass"}


@pytest.fixture(autouse=True)
def lyon() -> None:
    make_store("lyon", name="Lyon")


@pytest.fixture
def admin() -> Client:
    return signed_in(make_staff(Role.ADMIN))


def invite(admin: Client, **data: str) -> User:
    assert admin.post(NEW_PERSON, ANA | data).status_code == 302
    return User.objects.get(email="ana@comptoir.example")


def links_of(person: User) -> list[str]:
    mails = Mail.objects.filter(reader=person, template="account/invitation").order_by("pk")
    found = [re.search(r"https?://[^/\s]+(/accounts/\S+)", mail.text) for mail in mails]
    return [link[1] for link in found if link]


def come(link: str) -> tuple[Client, str]:
    """Open the link and choose a password; where that leads to."""
    client = Client()
    form = client.get(link, follow=True)
    answer = client.post(form.request["PATH_INFO"], CHOSEN)
    return client, answer.headers.get("Location", "")


def kinds_of(person: User) -> list[str]:
    return list(person.rights_changes.order_by("pk").values_list("kind", flat=True))


def test_one_invitation_gives_several_roles_at_several_places(admin: Client) -> None:
    make_store("paris", name="Paris")
    make_warehouse("central", name="Centre logistique")
    more = {
        "role-2-role": "manager",
        "role-2-location": "PARIS",
        "role-4-role": "logistics",
        "role-4-location": "centre logistique",
        "role-5-role": "auditor",
    }
    ana = invite(admin, **more)
    held = ana.memberships.order_by("pk").values_list("role", "location__code")
    assert list(held) == [
        ("clerk", "lyon"),
        ("manager", "paris"),
        ("logistics", "central"),
        ("auditor", None),
    ]
    change = RightsChange.objects.get(person=ana)
    assert (change.kind, change.before, len(change.after)) == ("invited", [], 4)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"role-2-role": "manager", "role-2-location": "nowhere"}, "No place has this name"),
        ({"role-2-role": "manager"}, "Choose the store"),
        ({"role-2-location": "lyon"}, "Choose the role, or empty the place."),
        ({"role-3-role": "clerk", "role-3-location": "lyon"}, "holds this role there already"),
        ({"role-2-role": "king"}, "Select a valid choice"),
        ({"role-2-role": "manager", "role-2-location": "nice"}, "Several places have this name"),
    ],
)
def test_a_wrong_further_role_is_refused_and_nobody_is_invited(
    admin: Client, typed: dict[str, str], says: str
) -> None:
    for code in ("nice-1", "nice-2"):
        make_store(code, name="Nice")
    answer = admin.post(NEW_PERSON, ANA | typed)
    assert answer.status_code == 422
    assert says in answer.text
    assert '<details class="more-roles" open>' in answer.text
    assert not User.objects.filter(email=ANA["email"]).exists()
    assert Mail.objects.count() == 0


def test_the_state_of_an_invitation_is_visible(admin: Client) -> None:
    ana = invite(admin)
    page = f"/head-office/people/{ana.pk}/"
    assert "not yet come" in admin.get(page).text
    assert "works until" in admin.get(page).text
    assert [row.record for row in found(admin, "is_active=awaited")] == [ana]
    lasts = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    User.objects.filter(pk=ana.pk).update(invited_at=timezone.now() - lasts)
    assert "ran out" in admin.get(page).text
    come(links_of(ana)[0])
    assert "not yet come" not in admin.get(page).text
    assert found(admin, "is_active=awaited") == []


def found(admin: Client, query: str) -> list[object]:
    return list(admin.get(f"/head-office/people/?{query}").context["table"].rows)


def test_the_mail_says_until_when_the_link_works(admin: Client) -> None:
    ana = invite(admin)
    assert ana.invited_at
    lasts = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
    assert ana.invited_until == ana.invited_at + lasts
    mail = Mail.objects.get(reader=ana)
    assert "the link works once, until" in mail.text
    assert mail.is_secret


def test_who_was_invited_lands_on_their_first_page(admin: Client) -> None:
    ana = invite(admin)
    client, led = come(links_of(ana)[0])
    assert led == "/home/"
    assert client.get("/home/").headers["Location"] == "/stores/lyon/"
    ana.refresh_from_db()
    assert not ana.never_came
    assert come(links_of(ana)[0])[1] == ""  # used up


def test_who_needs_a_second_factor_sets_it_up_on_the_way(admin: Client) -> None:
    ana = invite(admin)
    Company.objects.update(two_factor_roles=[Role.CLERK])
    client, led = come(links_of(ana)[0])
    assert client.get(led).headers["Location"] == "/profile/two-factor/?next=/home/"
    assert "password" not in client.get("/profile/two-factor/").context["form"].fields


def test_an_invitation_sent_again_kills_the_link_before(admin: Client) -> None:
    ana = invite(admin)
    Mail.objects.update(state=Mail.State.SENT)
    admin.post(f"/head-office/people/{ana.pk}/invite-again/")
    first, second = links_of(ana)
    assert come(first)[1] == ""
    assert come(second)[1] == "/home/"
    assert kinds_of(ana) == ["invited", "again"]


@pytest.mark.parametrize("state", ["waiting", "failed"])
def test_a_mail_whose_link_is_dead_does_not_leave(admin: Client, state: str) -> None:
    ana, bob = invite(admin), make_user()
    queue_mail(key="other", template="account/invitation", to=bob, context={"until": None})
    Mail.objects.filter(reader=ana).update(state=state)
    [dead] = links_of(ana)
    admin.post(f"/head-office/people/{ana.pk}/invite-again/")
    [link] = links_of(ana)
    assert link != dead
    admin.post(f"/head-office/people/{ana.pk}/take-back/")
    assert links_of(ana) == []
    assert Mail.objects.filter(reader=bob).count() == 1


def test_an_invitation_taken_back_closes_the_account_and_the_link(admin: Client) -> None:
    ana = invite(admin)
    Mail.objects.update(state=Mail.State.SENT)
    page = f"/head-office/people/{ana.pk}/"
    admin.post(f"{page}take-back/")
    admin.post(f"{page}take-back/")  # changes nothing, says nothing
    ana.refresh_from_db()
    assert not ana.is_active
    assert come(links_of(ana)[0])[1] == ""
    assert kinds_of(ana) == ["invited", "revoked"]
    assert "taken back" in admin.get(page).text
    admin.post(f"{page}invite-again/")
    assert come(links_of(ana)[-1])[1] == "/home/"


def test_who_came_is_not_invited_any_more(admin: Client) -> None:
    ana = invite(admin)
    come(links_of(ana)[0])
    for what in ("invite-again", "take-back"):
        answer = admin.post(f"/head-office/people/{ana.pk}/{what}/", follow=True)
        assert "Ana has signed in already." in answer.text
    ana.refresh_from_db()
    assert ana.is_active
    assert ana.check_password("a long enough pass")
    assert kinds_of(ana) == ["invited"]


def test_a_manager_sees_who_works_at_their_store_and_what_they_do_there() -> None:
    lyon, paris = (make_membership(Role.CLERK).location for _store in range(2))
    assert lyon
    assert paris
    ana = make_membership(Role.CLERK, lyon, user=make_user("ana@x.example", name="Ana")).user
    make_membership(Role.MANAGER, paris, user=ana)
    make_membership(Role.CLERK, paris, user=make_user("bob@x.example", name="Bob"))
    manager = signed_in(make_staff(Role.MANAGER, lyon))
    page = manager.get(f"/stores/{lyon.code}/people/").text
    assert "Ana" in page
    assert "Bob" not in page
    row = page[page.index("Ana") :][:300]
    assert "clerk" in row
    assert "manager" not in row
    assert manager.get(f"/stores/{paris.code}/people/").status_code == 404
    assert signed_in(ana).get(f"/stores/{lyon.code}/people/").status_code == 403


def test_the_people_of_a_store_ask_no_more_queries_for_more_people() -> None:
    store = make_store("nice")
    manager = signed_in(make_staff(Role.MANAGER, store))
    few = queries_of(manager, "/stores/nice/people/")
    for _person in range(20):
        make_membership(Role.CLERK, store)
    assert queries_of(manager, "/stores/nice/people/") == few


def test_an_administrator_sees_sessions_and_history_and_ends_them(admin: Client) -> None:
    person = make_staff(Role.CLERK)
    theirs = signed_in(person)
    page = f"/head-office/people/{person.pk}/"
    assert [s.user for s in admin.get(page).context["sessions"]] == [person]
    admin.post(f"{page}sessions/end/")
    assert theirs.get("/profile/").status_code == 302
    assert Session.objects.filter(user=person).count() == 0
    [event] = admin.get(page).context["events"]
    assert (event.kind, event.by) == ("sessions_ended", User.objects.get(memberships__role="admin"))
    for role in (Role.HEAD_OFFICE, Role.AUDITOR):
        text = signed_in(make_staff(role)).get(page).text
        assert ("Sign-in history" in text) == (role == Role.AUDITOR)

"""People and their roles: head office reads, administrators change, and somebody always can."""

import re

import pytest
from django.test import Client

from stores.models import Mail, Membership, RightsChange, Role, User
from tests.clients import signed_in
from tests.factories import (
    PASSWORD,
    make_membership,
    make_staff,
    make_store,
    make_user,
    make_warehouse,
)
from tests.queries import queries_of

pytestmark = pytest.mark.django_db


def roles_of(user: User) -> set[tuple[str, str | None]]:
    return {(m.role, m.location and m.location.code) for m in user.memberships.all()}


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.ADMIN, 200),
        (Role.HEAD_OFFICE, 200),
        (Role.AUDITOR, 200),
        (Role.LOGISTICS, 403),
        (Role.MANAGER, 403),
        (Role.CLERK, 403),
    ],
)
def test_head_office_reads_who_works_here(role: Role, status: int) -> None:
    person = make_staff(Role.CLERK)
    client = signed_in(make_staff(role))
    assert client.get("/head-office/people/").status_code == status
    assert client.get(f"/head-office/people/{person.pk}/").status_code == status


def test_a_customer_and_a_stranger_do_not() -> None:
    assert signed_in(make_user()).get("/head-office/people/").status_code == 403
    assert Client().get("/head-office/people/").status_code == 302


@pytest.mark.parametrize("role", [Role.HEAD_OFFICE, Role.AUDITOR, Role.MANAGER])
def test_only_administrators_change_anything(role: Role) -> None:
    make_staff(Role.ADMIN)
    person = make_staff(Role.CLERK, make_store("lyon"))
    taken = person.memberships.get()
    client = signed_in(make_staff(role))
    for path in [
        "/head-office/people/new/",
        f"/head-office/people/{person.pk}/roles/",
        f"/head-office/people/{person.pk}/close/",
        f"/head-office/people/{person.pk}/reopen/",
        f"/head-office/people/roles/{taken.pk}/take/",
    ]:
        assert client.post(path, {"role": "admin"}).status_code == 403
    person.refresh_from_db()
    assert person.is_active
    assert roles_of(person) == {("clerk", "lyon")}
    assert User.objects.count() == 3


def test_an_administrator_adds_a_person_who_chooses_a_password_by_mail() -> None:
    make_store("lyon")
    data = {
        "name": "Ana Lima",
        "email": "Ana@Comptoir.example",
        "language": "fr",
        "role": "clerk",
        "location": "lyon",
    }
    answer = signed_in(make_staff(Role.ADMIN)).post("/head-office/people/new/", data)
    ana = User.objects.get(email="ana@comptoir.example")
    assert answer.headers["Location"] == f"/head-office/people/{ana.pk}/"
    assert (ana.name, ana.language, ana.has_usable_password()) == ("Ana Lima", "fr", False)
    assert roles_of(ana) == {("clerk", "lyon")}

    mail = Mail.objects.get(reader=ana)
    assert mail.is_secret
    link = re.search(r"https?://\S+", mail.text.split("\n\n")[1])
    assert link
    path = re.sub(r"^https?://[^/]+", "", link[0])
    client = Client()
    form = client.get(path, follow=True)
    passwords = {"password1": "a long enough pass", "password2": "a long enough pass"}
    client.post(form.request["PATH_INFO"], passwords)
    ana.refresh_from_db()
    assert ana.check_password("a long enough pass")
    assert "This link is used up" in Client().get(path, follow=True).text


@pytest.mark.parametrize(
    ("chosen", "spoken", "subject"),
    [("", "fr", "Votre compte est prêt"), ("en", "en", "Your account is ready")],
)
def test_an_invitation_speaks_as_the_profile_says_else_as_who_sends_it(
    chosen: str, spoken: str, subject: str
) -> None:
    admin = make_staff(Role.ADMIN)
    User.objects.update(language="fr")
    data = {
        "name": "Ana Lima",
        "email": "ana@comptoir.example",
        "language": chosen,
        "role": "clerk",
        "location": make_store("lyon").code,
    }
    signed_in(admin).post("/head-office/people/new/", data)
    mail = Mail.objects.get(reader__email="ana@comptoir.example")
    assert (mail.language, mail.subject) == (spoken, subject)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("email", "ana"),
        ("email", "x" * 10_000 + "@b.example"),
        ("role", "king"),
        ("location", "999999"),
        ("location", "abc"),
    ],
)
def test_a_wrong_person_is_refused_at_the_field(field: str, value: str) -> None:
    admin = make_staff(Role.ADMIN)
    data = {"name": "Ana", "email": "ana@comptoir.example", "role": "auditor"} | {field: value}
    answer = signed_in(admin).post("/head-office/people/new/", data)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert User.objects.count() == 1


def test_an_email_that_has_an_account_is_refused() -> None:
    make_user("ana@comptoir.example")
    data = {"name": "Ana", "email": "Ana@comptoir.example", "role": "auditor"}
    answer = signed_in(make_staff(Role.ADMIN)).post("/head-office/people/new/", data)
    assert answer.status_code == 422
    assert "This e-mail has an account" in answer.text
    assert Membership.objects.filter(role=Role.AUDITOR).count() == 0


def test_an_administrator_gives_and_takes_roles() -> None:
    make_store("lyon")
    make_warehouse("central")
    person = make_user()
    client = signed_in(make_staff(Role.ADMIN))
    given = [
        ("clerk", "Lyon"),
        ("logistics", "central"),
        ("logistics", ""),
        ("auditor", ""),
    ]
    for role, place in given:
        data = {"role": role, "location": place}
        assert client.post(f"/head-office/people/{person.pk}/roles/", data).status_code == 302
    assert roles_of(person) == {
        ("clerk", "lyon"),
        ("logistics", "central"),
        ("logistics", None),
        ("auditor", None),
    }
    taken = person.memberships.get(role=Role.CLERK)
    client.post(f"/head-office/people/roles/{taken.pk}/take/")
    assert ("clerk", "lyon") not in roles_of(person)
    assert client.post(f"/head-office/people/roles/{taken.pk}/take/").status_code == 404


@pytest.mark.parametrize(
    ("role", "place", "says"),
    [
        ("clerk", "", "Choose the store"),
        ("manager", "central", "Choose the store"),
        ("head_office", "lyon", "Leave the place empty"),
        ("admin", "central", "Leave the place empty"),
        ("logistics", "lyon", "Choose a logistics centre"),
        ("auditor", "held", "The person holds this role there already."),
    ],
)
def test_a_role_at_the_wrong_place_is_refused(role: str, place: str, says: str) -> None:
    places = {"lyon": make_store("lyon").code, "central": make_warehouse("central").name}
    person = make_staff(Role.AUDITOR)
    client = signed_in(make_staff(Role.ADMIN))
    data = {"role": role, "location": places.get(place, "")}
    answer = client.post(f"/head-office/people/{person.pk}/roles/", data)
    assert answer.status_code == 422
    assert says in answer.text
    assert roles_of(person) == {("auditor", None)}


def test_a_role_that_was_taken_ends_with_the_next_click() -> None:
    person = make_staff(Role.HEAD_OFFICE)
    theirs = signed_in(person)
    assert theirs.get("/head-office/people/").status_code == 200
    taken = person.memberships.get()
    signed_in(make_staff(Role.ADMIN)).post(f"/head-office/people/roles/{taken.pk}/take/")
    assert theirs.get("/head-office/people/").status_code == 403


def test_closing_an_account_ends_its_sessions_and_keeps_its_roles() -> None:
    person = make_staff(Role.CLERK, make_store("lyon"))
    theirs = signed_in(person)
    assert theirs.get("/profile/").status_code == 200
    client = signed_in(make_staff(Role.ADMIN))
    client.post(f"/head-office/people/{person.pk}/close/")
    assert theirs.get("/profile/").status_code == 302
    client.post(f"/head-office/people/{person.pk}/reopen/")
    data = {"login": person.email, "password": PASSWORD}
    assert Client().post("/accounts/login/", data).status_code == 302
    assert roles_of(person) == {("clerk", "lyon")}


def test_the_last_administrator_stays() -> None:
    admin, other = make_staff(Role.ADMIN), make_staff(Role.ADMIN)
    client = signed_in(admin)
    answer = client.post(f"/head-office/people/{admin.pk}/close/", follow=True)
    assert "close your own account" in answer.text
    client.post(f"/head-office/people/{other.pk}/close/")
    mine = admin.memberships.get()
    answer = client.post(f"/head-office/people/roles/{mine.pk}/take/", follow=True)
    assert "last administrator" in answer.text
    admin.refresh_from_db()
    assert admin.is_active
    assert roles_of(admin) == {("admin", None)}


def test_the_list_is_found_by_words_role_place_and_account() -> None:
    lyon, paris = make_store("lyon"), make_store("paris")
    ana = make_membership(Role.CLERK, lyon, user=make_user("ana@x.example", name="Ana")).user
    bob = make_membership(Role.MANAGER, paris, user=make_user("bob@x.example", name="Bob")).user
    eve = make_membership(
        Role.CLERK, paris, user=make_user("eve@x.example", name="Eve", is_active=False)
    ).user
    kim = make_user("kim@x.example", name="Kim")
    office = make_staff(Role.HEAD_OFFICE)
    client = signed_in(office)

    def found(query: str) -> set[User]:
        answer = client.get(f"/head-office/people/?{query}")
        assert answer.status_code == 200
        return {row.record for row in answer.context["table"].rows}

    assert found("") == {ana, bob, eve, office}
    assert found("who=all") == {ana, bob, eve, office, kim}
    assert found("q=BOB") == {bob}
    assert found("q=eve@") == {eve}
    assert found("role=clerk") == {ana, eve}
    assert found(f"location={paris.pk}") == {bob, eve}
    assert found("is_active=False") == {eve}
    assert found("sort=nonsense&page=99") == {ana, bob, eve, office}


def test_the_list_answers_htmx_with_the_table_alone() -> None:
    client = signed_in(make_staff(Role.HEAD_OFFICE))
    headers = {"HX-Request": "true", "HX-Target": "people-table"}
    answer = client.get("/head-office/people/", headers=headers)
    assert answer.text.strip().startswith('<div id="people-table"')
    assert "HX-Target" in answer.headers["Vary"]


def test_the_list_asks_no_more_queries_for_more_people() -> None:
    lyon = make_store("lyon")
    client = signed_in(make_staff(Role.HEAD_OFFICE))
    for _person in range(3):
        make_staff(Role.CLERK, lyon)
    few = queries_of(client, "/head-office/people/")
    for _person in range(22):
        make_staff(Role.CLERK, make_store())
    assert queries_of(client, "/head-office/people/") == few <= [12]


def test_each_change_of_rights_says_who_when_before_and_after() -> None:
    make_store("lyon", name="Lyon")
    person, admin = make_user(name="Ana"), make_staff(Role.ADMIN)
    client = signed_in(admin)
    page = f"/head-office/people/{person.pk}/"
    client.post(f"{page}roles/", {"role": "clerk", "location": "lyon"})
    client.post(f"{page}roles/", {"role": "auditor", "location": ""})
    clerk = person.memberships.get(role=Role.CLERK)
    client.post(f"/head-office/people/roles/{clerk.pk}/take/")
    client.post(f"{page}close/")
    client.post(f"{page}close/")  # changes nothing, says nothing
    client.post(f"{page}reopen/")

    changes = person.rights_changes.order_by("pk")
    both = [["clerk", "Lyon"], ["auditor", ""]]
    assert list(changes.values_list("kind", "before", "after", "by")) == [
        ("given", [], [["clerk", "Lyon"]], admin.pk),
        ("given", [["clerk", "Lyon"]], both, admin.pk),
        ("taken", both, [["auditor", ""]], admin.pk),
        ("closed", [["auditor", ""]], [["auditor", ""]], admin.pk),
        ("reopened", [["auditor", ""]], [["auditor", ""]], admin.pk),
    ]
    told = signed_in(make_staff(Role.AUDITOR)).get(page)
    history = told.text[told.text.index("Changes of rights") :]
    assert f"by {admin}" in history
    assert "clerk, Lyon; auditor, company" in history
    assert "no role" in history


def test_a_refused_change_of_rights_leaves_no_trace() -> None:
    admin, person = make_staff(Role.ADMIN), make_staff(Role.AUDITOR)
    client = signed_in(admin)
    client.post(f"/head-office/people/{person.pk}/roles/", {"role": "auditor", "location": ""})
    client.post(f"/head-office/people/{admin.pk}/close/")
    client.post(f"/head-office/people/roles/{admin.memberships.get().pk}/take/")
    assert RightsChange.objects.count() == 0


def test_the_first_role_of_a_new_person_is_in_their_history() -> None:
    data = {"name": "Ana", "email": "ana@comptoir.example", "role": "auditor"}
    signed_in(make_staff(Role.ADMIN)).post("/head-office/people/new/", data)
    change = RightsChange.objects.get(person__name="Ana")
    assert (change.before, change.after) == ([], [["auditor", ""]])


def test_who_signed_up_with_the_address_of_somebody_else_gets_no_role() -> None:
    """A stranger takes the address before its owner is asked in; the role waits for the owner."""
    stranger = Client()
    data = {"email": "ana@comptoir.example", "password1": "a long enough pass"}
    assert stranger.post("/accounts/signup/", data).status_code == 302
    ana = User.objects.get(email="ana@comptoir.example")
    admin = signed_in(make_staff(Role.ADMIN))
    give = (f"/head-office/people/{ana.pk}/roles/", {"role": "admin"})
    answer = admin.post(*give)
    assert answer.status_code == 422
    assert "anybody can sign up with it" in answer.text
    assert roles_of(ana) == set()

    Client().post("/accounts/password/reset/", {"email": ana.email})
    mail = Mail.objects.filter(template="account/password_reset").get()
    link = re.search(r"https?://[^/\s]+(/accounts/\S+)", mail.text)
    assert link
    owner = Client()
    form = owner.get(link[1], follow=True)
    chosen = {"password1": "another long one", "password2": "another long one"}
    assert owner.post(form.request["PATH_INFO"], chosen).status_code == 302
    assert stranger.get("/profile/").status_code == 302
    assert admin.post(*give).status_code == 302
    assert roles_of(ana) == {("admin", None)}

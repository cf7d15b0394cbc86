"""Each person's own page: where they land, their name, language and appearance."""

import pytest
from django.test import Client

from stores.models import Role
from stores.queries import first_page
from tests.factories import make_staff, make_store, make_user, make_warehouse

pytestmark = pytest.mark.django_db


def test_a_stranger_is_led_to_the_sign_in_page(client: Client) -> None:
    assert client.get("/profile/").headers["Location"] == "/accounts/login/?next=/profile/"
    assert client.get("/home/").headers["Location"] == "/accounts/login/?next=/home/"


def test_a_person_changes_name_language_and_appearance(client: Client) -> None:
    user = make_user(name="Ana")
    client.force_login(user)
    answer = client.post(
        "/profile/", {"name": " Ana Lima ", "language": "fr", "theme": "dark"}, follow=True
    )
    user.refresh_from_db()
    assert (user.name, user.language, user.theme) == ("Ana Lima", "fr", "dark")
    assert '<html lang="fr"' in answer.text
    assert 'data-bs-theme="dark"' in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 121), ("name", "a\u202eb"), ("language", "de"), ("theme", "red")],
)
def test_a_wrong_profile_is_refused_at_the_field(client: Client, field: str, value: str) -> None:
    user = make_user(name="Ana")
    client.force_login(user)
    answer = client.post(
        "/profile/", {"name": "Bo", "language": "", "theme": "auto"} | {field: value}
    )
    user.refresh_from_db()
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert (user.name, user.language, user.theme) == ("Ana", "", "auto")


def test_the_profile_stands_in_the_shell_of_each_face(client: Client) -> None:
    faces = {
        "staff.html": [make_staff(Role.HEAD_OFFICE), make_staff(Role.CLERK)],
        "shop.html": [make_user()],
    }
    for template, people in faces.items():
        for user in people:
            client.force_login(user)
            answer = client.get("/profile/")
            assert answer.status_code == 200
            assert template in [used.name for used in answer.templates]


def test_each_person_has_a_first_page() -> None:
    lyon = make_store("lyon")
    assert first_page(make_staff(Role.ADMIN)) == ("backoffice:dashboard",)
    assert first_page(make_staff(Role.HEAD_OFFICE)) == ("backoffice:dashboard",)
    assert first_page(make_staff(Role.AUDITOR)) == ("backoffice:dashboard",)
    assert first_page(make_staff(Role.LOGISTICS)) == ("inventory:restock_list",)
    assert first_page(make_staff(Role.LOGISTICS, make_warehouse())) == ("inventory:restock_list",)
    assert first_page(make_staff(Role.CLERK, lyon)) == ("backoffice:store_home", "lyon")
    assert first_page(make_user()) == ("shop:home",)


def test_a_visitor_chooses_the_language_of_the_browser(client: Client) -> None:
    assert '<html lang="en"' in client.get("/language/").text
    answer = client.post("/language/", {"language": "fr", "next": "/language/"})
    assert answer.headers["Location"] == "/language/"
    assert '<html lang="fr"' in client.get("/language/").text


def test_choosing_a_language_writes_it_into_the_profile(client: Client) -> None:
    user = make_user()
    client.force_login(user)
    client.post("/language/", {"language": "fr"})
    user.refresh_from_db()
    assert user.language == "fr"


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:x()"])
def test_choosing_a_language_never_leads_to_another_site(client: Client, address: str) -> None:
    answer = client.post("/language/", {"language": "fr", "next": address})
    assert answer.headers["Location"] == "/"

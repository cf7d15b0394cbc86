"""The frame around each page: the face's navigation, the switch between places, its cost."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.test import Client, RequestFactory

from stores.context import Shell
from stores.models import Location, Membership, Role, User
from tests.factories import make_membership, make_staff, make_store, make_user, make_warehouse

pytestmark = pytest.mark.django_db
Queries = Callable[..., Any]


def request_of(user: User | None, path: str = "/profile/", *, at: Location | None = None) -> Shell:
    request: HttpRequest = RequestFactory().get(path)
    request.user = User.objects.get(pk=user.pk) if user else AnonymousUser()
    if at:
        request.location = at  # type: ignore[attr-defined]
    return Shell(request)


def test_the_shell_costs_a_visitor_nothing(django_assert_num_queries: Queries) -> None:
    shell = request_of(None, "/")
    with django_assert_num_queries(0):
        shown = [shell.face, shell.theme, shell.staff, shell.places, shell.place, shell.shop]
    assert shown[:5] == ["shop", "auto", False, [], None]


def test_the_shell_costs_the_staff_one_query(django_assert_num_queries: Queries) -> None:
    lyon = make_store("lyon")
    user = make_staff(Role.CLERK, lyon)
    make_membership(Role.MANAGER, make_store("paris"), user=user)
    shell = request_of(user, "/stores/lyon/", at=lyon)
    with django_assert_num_queries(1):
        assert shell.face == "store"
        assert shell.navigation
        assert shell.alerts_url == "/stores/lyon/alerts/"


@pytest.mark.parametrize(
    ("role", "kind", "face"),
    [
        (Role.ADMIN, None, "head_office"),
        (Role.AUDITOR, None, "head_office"),
        (Role.LOGISTICS, None, "head_office"),
        (Role.LOGISTICS, Location.Kind.WAREHOUSE, "head_office"),
        (Role.MANAGER, Location.Kind.STORE, "store"),
        (Role.CLERK, Location.Kind.STORE, "store"),
    ],
)
def test_each_person_has_a_face(role: Role, kind: Location.Kind | None, face: str) -> None:
    place = None
    if kind:
        place = make_warehouse() if kind == Location.Kind.WAREHOUSE else make_store()
    user = Membership.objects.create(user=make_user(), role=role, location=place).user
    assert request_of(user).face == face
    assert request_of(make_user()).face == "shop"


def test_the_open_page_is_marked_in_the_navigation() -> None:
    client = Client()
    client.force_login(make_staff(Role.HEAD_OFFICE))
    for path in ["/head-office/people/", f"/head-office/people/{make_user().pk}/"]:
        text = client.get(path).text
        assert '<a href="/head-office/people/" aria-current="page">' in text
        assert text.count('aria-current="page"') == 1


def test_a_person_of_one_store_sees_no_switch() -> None:
    lyon = make_store("lyon", name="Lyon")
    assert request_of(make_staff(Role.CLERK, lyon), at=lyon).places == []

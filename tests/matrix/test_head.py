"""Every page that answers GET answers HEAD: the same status and headers, no body."""

import pytest
from django.test import Client
from django.urls import reverse

from stores.models import Role
from tests.factories import make_staff
from tests.matrix.addresses import all_addresses

pytestmark = pytest.mark.django_db
PAGES = [
    address.name
    for address in all_addresses()
    if "GET" in address.methods and not address.arguments and not address.name.startswith("devmail")
]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_answers_head_as_it_answers_get(client: Client, name: str) -> None:
    client.force_login(make_staff(Role.ADMIN))
    read = client.get(reverse(name))
    asked = client.head(reverse(name))
    assert asked.status_code == read.status_code
    assert asked.headers["Content-Type"] == read.headers["Content-Type"]
    assert asked.content == b""


def test_what_is_for_post_alone_refuses_head(client: Client) -> None:
    assert client.head("/cart/add/").status_code == 405

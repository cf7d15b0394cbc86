"""A form that another site sends from somebody's browser is refused, wherever it is sent."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.matrix.addresses import all_addresses
from tests.matrix.test_matrix import variants, written
from tests.matrix.world import World

pytestmark = pytest.mark.django_db
REFUSED = "This page was open for too long"
ELSEWHERE = {"Origin": "https://evil.example", "Referer": "https://evil.example/"}


@pytest.mark.parametrize("actor", ["admin", "customer A", None])
def test_no_form_is_taken_from_another_site(world: World, actor: str | None) -> None:
    wrong = []
    with transaction.atomic():
        client = Client(enforce_csrf_checks=True)
        if actor:
            client.force_login(world.users[actor])
        before = written()
        for address in all_addresses():
            if "POST" not in address.methods or address.name.startswith("devmail:"):
                continue
            path = reverse(address.name, kwargs=next(variants(address, world))[0])
            for headers in ({}, ELSEWHERE) if actor == "admin" else ({},):
                answer = client.post(path, {"key": "x"}, headers=headers)
                if answer.status_code != 403 or REFUSED not in answer.text:
                    wrong.append(f"{path}: {answer.status_code}")
        assert written() == before
        transaction.set_rollback(True)
    assert wrong == []

"""Error pages look like the product and carry the request's id."""

import pytest
from django.test import Client, RequestFactory, override_settings

from backoffice.lib.pages import server_error

pytestmark = pytest.mark.django_db


def test_an_address_without_a_page_answers_404_with_the_request_id(client: Client) -> None:
    with override_settings(DEBUG=False):
        answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert answer.headers["X-Request-ID"] in answer.text


def test_a_broken_page_answers_500_without_asking_the_database() -> None:
    request = RequestFactory().get("/")
    request.id = "abc123"
    answer = server_error(request)
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "abc123" in answer.text


def test_an_unreadable_address_answers_400(client: Client) -> None:
    answer = client.get("/profile/?q=%00")
    assert answer.status_code == 400
    assert "We can't read this address" in answer.text


def test_a_form_without_its_token_says_why() -> None:
    answer = Client(enforce_csrf_checks=True).post("/language/", {"language": "fr"})
    assert answer.status_code == 403
    assert "This page was open for too long" in answer.text

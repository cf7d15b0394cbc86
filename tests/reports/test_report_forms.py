"""The form of a report: what it refuses in words, what it offers, and how it asks the same again."""

import html
import re
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from backoffice.models import Snapshot
from backoffice.reports.definitions import REPORTS
from stores.models import Location, Role
from tests.factories import make_sku, make_staff
from tests.reports.chain import Chain
from tests.reports.runs import LYON, OFFICE, WEEK, post_run

pytestmark = pytest.mark.django_db

WRONG = [
    ({"first": "abc"}, "first", "Choose a day, such as 2026-03-31."),
    ({"last": "0"}, "last", "Choose a day, such as 2026-03-31."),
    ({"first": "2026-03-08"}, "last", "The last day comes before the first."),
    ({"last": ""}, "last", "Choose the last day."),
    ({"first": ""}, "first", "Choose the first day."),
    ({"first": "0001-01-01"}, "first", "Choose a day from 2000 on."),
    ({"last": "9999-12-31"}, "last", "This day has not come yet."),
    ({"first": "2015-01-01"}, "last", "A report covers five years at most."),
    ({"period": "for-ever"}, "period", "There is no such period."),
]


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(("wrong", "field", "text"), WRONG)
def test_a_wrong_period_is_answered_in_words_at_the_field(
    client: Client, wrong: dict[str, str], field: str, text: str
) -> None:
    answer = client.post(OFFICE, WEEK | {"key": str(uuid4()), "compare": "last-year"} | wrong)
    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [text]
    assert text in html.unescape(answer.text)
    assert '<option value="last-year" selected>' in answer.text
    assert Snapshot.objects.count() == 0


@pytest.mark.usefixtures("office")
def test_stores_that_are_not_the_readers_are_no_choice(client: Client) -> None:
    answer = client.post(OFFICE, WEEK | {"key": str(uuid4()), "store": ["nowhere"]})
    assert (answer.status_code, Snapshot.objects.count()) == (422, 0)
    client.force_login(make_staff(Role.MANAGER, Location.objects.get(code="lyon")))
    page = client.get("/stores/lyon/reports/sales/").text
    assert "Paris" not in page
    assert "Central" not in page


@pytest.mark.usefixtures("office")
def test_a_product_is_named_by_code_or_words(client: Client, chain: Chain) -> None:
    make_sku("MOUSE2", name="Souris sans fil")
    for typed, code in [("mouse", "MOUSE"), ("optique", "MOUSE"), ("chocolat", "CHOC")]:
        post_run(client, "/head-office/reports/sales/", product=typed)
        assert Snapshot.objects.first().query["filters"] == {"product": [code]}  # type: ignore[union-attr]
    answer = client.post(
        "/head-office/reports/sales/", WEEK | {"key": str(uuid4()), "product": "souris"}
    )
    assert "Souris sans fil (MOUSE2)" in html.unescape(answer.text)
    assert answer.status_code == 422


def test_the_form_of_a_run_asks_the_same_again(client: Client, chain: Chain) -> None:
    with time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False):
        client.force_login(make_staff(Role.HEAD_OFFICE))
        stored = post_run(client, OFFICE, period="last-month", store=["lyon", "paris"])
        page = client.get(stored)
        form = page.context["page"].form
        assert form["first"].value().isoformat() == "2026-02-01"
        assert form["store"].value() == ["lyon", "paris"]
        assert f'action="{OFFICE}"' in page.text
        assert re.search(r'active" type="submit" name="period" value="last-month"', page.text)
        stored = post_run(client, LYON)
        assert f'action="{LYON}"' in client.get(stored).text


@pytest.mark.usefixtures("office")
def test_one_click_on_a_card_runs_a_report(client: Client) -> None:
    page = client.get("/head-office/reports/")
    for card in page.context["cards"]:
        for one_click in card.runs:
            answer = client.post(card.url, dict(one_click.fields))
            assert answer.status_code == 302, (card.definition.name, one_click.label)
            assert client.get(answer.headers["Location"]).status_code == 200
    assert Snapshot.objects.exclude(state="done").count() == 0
    asked = set(Snapshot.objects.values_list("report", flat=True))
    assert asked == {name for name, report in REPORTS.items() if report.one_clicks}


@pytest.mark.usefixtures("office")
def test_a_link_fills_in_the_form(client: Client) -> None:
    with time_machine.travel(datetime(2026, 3, 10, 12, tzinfo=UTC), tick=False):
        client.force_login(make_staff(Role.HEAD_OFFICE))

        def shown(address: str) -> list[str]:
            form = client.get(OFFICE + address).context["form"]
            return [str(form["first"].value()), str(form["last"].value()), *form["store"].value()]

        assert shown("?period=last-month&store=lyon") == ["2026-02-01", "2026-02-28", "lyon"]
        assert shown("?first=2026-03-02&last=2026-03-03&store=lyon&store=paris") == [
            "2026-03-02",
            "2026-03-03",
            "lyon",
            "paris",
        ]
        assert shown("?store=x&period=for-ever") == ["2026-02-09", "2026-03-10", "x"]

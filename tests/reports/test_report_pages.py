"""The pages of reports: who sees what, how one is run, and that page and files agree."""

import pytest
from django.test import Client

from backoffice.models import Snapshot
from stores.models import Role, User
from tests.factories import make_staff
from tests.reports.chain import Chain, make_chain
from tests.reports.runs import cells, post_run

pytestmark = pytest.mark.django_db

OFFICE = "/head-office/reports/consolidated/"
LYON = "/stores/lyon/reports/consolidated/"


@pytest.fixture
def chain() -> Chain:
    return make_chain()


@pytest.fixture
def office(chain: Chain, client: Client) -> User:
    user = make_staff(Role.HEAD_OFFICE)
    client.force_login(user)
    return user


@pytest.mark.usefixtures("office")
def test_a_run_leads_to_its_stored_figures(client: Client) -> None:
    stored = post_run(client, OFFICE)
    snapshot = Snapshot.objects.get()
    assert stored == f"/reports/{snapshot.pk}/"
    page = client.get(stored).text
    assert cells(page, "stores") == [
        [
            "Lyon",
            "lyon",
            "103.47",
            "25.50",
            "+305.8%",
            "2",
            "1",
            "+100.0%",
            "51.74",
            "6",
            "1",
            "+500.0%",
            "23",
            "128.00",
            "0",
            "0.00",
        ],
        [
            "Paris",
            "paris",
            "35.96",
            "51.00",
            "−29.5%",
            "1",
            "1",
            "0.0%",
            "35.96",
            "4",
            "2",
            "+100.0%",
            "24",
            "144.00",
            "0",
            "0.00",
        ],
        [
            "Central",
            "central",
            "0.00",
            "0.00",
            "–",
            "0",
            "0",
            "–",
            "–",
            "0",
            "0",
            "–",
            "30",
            "180.00",
            "0",
            "0.00",
        ],
        [
            "Total",
            "",
            "139.43",
            "76.50",
            "+82.3%",
            "3",
            "2",
            "+50.0%",
            "46.48",
            "10",
            "3",
            "+233.3%",
            "77",
            "452.00",
            "0",
            "0.00",
        ],
    ]
    assert cells(page, "products") == [
        ["Chocolat Noir", "CHOC", "7", "62.93", "53"],
        ["Souris optique", "MOUSE", "3", "76.50", "24"],
        ["Total", "", "10", "139.43", ""],
    ]

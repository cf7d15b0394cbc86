"""What the filters of reports offer: places that are kept, and two of one name as two."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.models import Snapshot
from backoffice.reports.filters import FILTERS
from stores.models import Location, Role, User
from tests.factories import make_membership, make_staff, make_store, make_user
from tests.reports.chain import Chain, make_chain
from tests.reports.runs import WEEK, cells, post_run

pytestmark = pytest.mark.django_db

SALES = "/head-office/reports/sales/"
CHAIN = "/head-office/reports/consolidated/"


@pytest.fixture
def chain(client: Client) -> Chain:
    """Paris sold for 35.96 in the week, and was archived since."""
    chain = make_chain()
    archived = {"is_active": False, "archived_at": datetime(2026, 6, 1, tzinfo=UTC)}
    Location.objects.filter(pk=chain.paris.pk).update(**archived)
    client.force_login(make_staff(Role.HEAD_OFFICE))
    return chain


@pytest.mark.usefixtures("chain")
@pytest.mark.parametrize("report", [SALES, CHAIN])
def test_an_archived_place_is_counted_and_is_no_choice(client: Client, report: str) -> None:
    form = client.get(report).text
    assert 'value="lyon"' in form
    assert 'value="paris"' not in form
    page = client.get(post_run(client, report)).text
    table = "groups" if report == SALES else "stores"
    assert "Paris" in [row[0] for row in cells(page, table)]
    assert "€139.43" in page
    key = {"key": "0a1b6a0e-0000-4000-8000-000000000000", "store": ["paris"]}
    refused = client.post(report, WEEK | key)
    assert refused.status_code == 422
    assert "paris is not one of the available choices" in refused.text
    assert Snapshot.objects.count() == 1


def test_a_run_that_named_a_place_before_it_was_archived_ticks_the_others(
    client: Client, chain: Chain
) -> None:
    Location.objects.update(is_active=True, archived_at=None)
    stored = post_run(client, SALES, store=["lyon", "paris"])
    assert client.get(stored).context["page"].form.chosen_stores == 2
    Location.objects.filter(pk=chain.paris.pk).update(is_active=False, archived_at=timezone.now())
    page = client.get(stored)
    assert page.context["page"].form.chosen_stores == 1
    assert [row[0] for row in cells(page.text, "groups")][:-1] == ["Lyon", "Paris"]


def test_two_of_one_name_are_two_choices(client: Client, chain: Chain) -> None:
    make_store("lyon-2", name="Lyon")
    for email in ("ana@x.example", "ana2@x.example"):
        make_membership(Role.CLERK, chain.lyon, user=make_user(email, name="Ana"))
    form = client.get(SALES).context["form"]
    stores = [name for _code, name in form.fields["store"].choices]
    assert stores == ["Central", "Lyon (lyon)", "Lyon (lyon-2)"]
    assert ("ana2@x.example", "Ana (ana2@x.example)") in form.fields["clerk"].choices
    said = FILTERS["clerk"].in_words
    assert said(("ana@x.example",)) == "Ana (ana@x.example)"
    User.objects.filter(email="ana2@x.example").update(name="Bea")
    assert said(("ana@x.example",)) == "Ana"

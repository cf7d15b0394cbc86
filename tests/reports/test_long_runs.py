"""Runs of very many rows: what would have to be read whole is refused, and says what to do instead."""

import pytest
from django.test import Client

from backoffice.models import Snapshot, SnapshotTable
from backoffice.reports.mail import mail_report
from backoffice.reports.stored import load
from stores.models import Role, User
from tests.factories import make_staff
from tests.reports.chain import make_chain
from tests.reports.runs import post_run

pytestmark = pytest.mark.django_db
OFFICE = "/head-office/reports/consolidated/"


@pytest.fixture
def office(client: Client) -> User:
    make_chain()
    user = make_staff(Role.HEAD_OFFICE)
    client.force_login(user)
    return user


@pytest.mark.usefixtures("office")
def test_no_workbook_is_made_of_so_many_rows(client: Client) -> None:
    path = post_run(client, OFFICE)
    SnapshotTable.objects.filter(name="products").update(row_count=50_001)
    refused = client.get(f"{path}files/xlsx/", follow=True)
    assert refused.redirect_chain == [(path, 302)]
    assert "too long for a workbook" in refused.text
    assert client.get(f"{path}files/csv-products/").status_code == 200


def test_a_mail_leaves_a_workbook_out_and_says_where_the_rows_are(
    client: Client, office: User
) -> None:
    post_run(client, OFFICE)
    stored = load(Snapshot.objects.get())
    stored.tables[1].rows.extend(stored.tables[1].rows[:1] * 50_000)
    mail = mail_report(stored, office, key="long")
    assert mail
    assert not mail.attachments.filter(content_id="").exists()
    assert "rows, all of them are on the page." in mail.text


@pytest.mark.usefixtures("office")
def test_tables_of_so_many_rows_are_not_compared(client: Client) -> None:
    other = post_run(client, OFFICE).strip("/").split("/")[-1]
    path = post_run(client, OFFICE)
    SnapshotTable.objects.filter(snapshot=other, name="products").update(row_count=50_001)
    asked = f"{path}compare/?other={other}&figure="
    assert client.get(f"{asked}stores.revenue").status_code == 200
    refused = client.get(f"{asked}products.sold")
    assert refused.status_code == 422
    assert "These runs are too long to be compared" in refused.text

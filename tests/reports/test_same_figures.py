"""One figure, everywhere: page, PDF, XLSX, CSV and mail show, cell by cell, what the snapshot keeps."""

import io
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from openpyxl import load_workbook
from pypdf import PdfReader
from pytest_django import DjangoDbBlocker

from backoffice.actions.snapshots import send_snapshot
from backoffice.models import Snapshot
from backoffice.reports.definitions import REPORTS
from inventory.models import Product
from shop.models import Customer
from stores.models import AuditEntry, Mail, User
from tests.reports.papers import pdf_tables
from tests.reports.scene import NOW, RUNS, Run, Scene
from tests.reports.surfaces import (
    Known,
    Shown,
    csv_tables,
    file_of,
    in_language,
    kept_tables,
    mail_tables,
    mail_text_tables,
    page_tables,
    read,
    read_file,
    read_workbook,
    xlsx_tables,
)

type Read = Callable[[Any, Known, str], Any]
LANGUAGES = ("en", "fr")


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    """One chain for all tests of the file, with a run of every report; nothing of it stays."""
    with (
        django_db_blocker.unblock(),
        transaction.atomic(),
        time_machine.travel(NOW, tick=False),
    ):
        yield Scene()
        transaction.set_rollback(True)


@pytest.fixture
def _django_db_helper(scene: Scene) -> None:
    """In place of pytest-django's transaction per test, after which it closes the connection."""


pytestmark = pytest.mark.django_db


def reader(scene: Scene, language: str) -> tuple[User, Client]:
    User.objects.filter(pk=scene.office.pk).update(language=language)
    scene.office.refresh_from_db()
    client = Client(headers={"accept-language": language})
    client.force_login(scene.office)
    return scene.office, client


def mail_of(snapshot: Snapshot, person: User) -> Mail:
    send_snapshot(snapshot, key=uuid4(), by=person)
    return Mail.objects.order_by("-pk")[0]


def equal(snapshot: Snapshot, shown: dict[str, Shown], read_cell: Read, language: str) -> None:
    """Each cell that is shown says what is kept, and all rows are there but for those left out."""
    for kept in kept_tables(snapshot):
        table = shown[kept.record.name]
        assert len(table.rows) + table.left_out == len(kept.rows)
        for row, stored in zip(table.rows, kept.rows, strict=False):
            cells = [read_cell(c, k, language) for c, k in zip(row, table.columns, strict=True)]
            assert cells == kept.meant(stored, table.columns)
        if kept.record.totals and kept.rows:
            assert table.totals is not None
            said, columns = table.totals[1:], table.columns[1:]
            cells = [read_cell(c, k, language) for c, k in zip(said, columns, strict=True)]
            assert cells == kept.meant(kept.record.totals, columns)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("run", RUNS, ids=str)
def test_page_files_and_mail_show_what_is_kept(scene: Scene, run: Run, language: str) -> None:
    snapshot, (person, client) = scene.runs[run], reader(scene, language)
    with in_language(language):
        equal(snapshot, page_tables(client, snapshot), read, language)
        equal(snapshot, pdf_tables(client, snapshot, language), read, language)
        equal(snapshot, csv_tables(client, snapshot, language), read_file, language)
        equal(snapshot, xlsx_tables(client, snapshot), read_workbook, language)
        mail = mail_of(snapshot, person)
        html = mail_tables(mail, snapshot)
        equal(snapshot, html, read, language)
        equal(snapshot, mail_text_tables(mail, snapshot, html), read, language)


def test_every_report_is_among_them_and_has_rows(scene: Scene) -> None:
    assert {run.report for run in RUNS} == set(REPORTS)
    for run, snapshot in scene.runs.items():
        assert snapshot.tables.exclude(row_count=0).exists(), run


def test_a_table_of_several_pages_is_read_to_its_end(scene: Scene) -> None:
    snapshot = scene.runs[Run("stock", "article", "store")]
    assert kept_tables(snapshot)[0].record.row_count > 40


def files_of(client: Client, snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    """Each file of a report, and all its words."""
    for kept in kept_tables(snapshot):
        wanted = f"csv-{kept.record.name}"
        yield wanted, file_of(client, snapshot, wanted).decode("utf-8-sig")
    book = load_workbook(io.BytesIO(file_of(client, snapshot, "xlsx")))
    values = (str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    yield "xlsx", "\n".join(values)
    paper = PdfReader(io.BytesIO(file_of(client, snapshot, "pdf")))
    yield "pdf", "\n".join(page.extract_text() for page in paper.pages)


def files_that_name_customers(client: Client, snapshot: Snapshot) -> list[str]:
    people = Customer.objects.values_list("user__name", "user__email")
    said = {re.sub(r"\s", "", text) for person in people for text in person}
    assert said
    return [
        wanted
        for wanted, text in files_of(client, snapshot)
        if any(one in re.sub(r"\s", "", text) for one in said)
    ]


@pytest.mark.parametrize("run", RUNS, ids=str)
def test_a_file_that_names_a_customer_is_written_down(scene: Scene, run: Run) -> None:
    """Reports add up; one that would hold names or addresses of customers must be in the trail."""
    person, client = reader(scene, "en")
    told = files_that_name_customers(client, scene.runs[run])
    written = AuditEntry.objects.filter(
        kind=AuditEntry.Kind.CUSTOMER, action=AuditEntry.Action.READ, by=person
    )
    assert written.count() == len(told)


def test_a_name_of_a_customer_would_be_found_in_every_file(scene: Scene) -> None:
    name = Customer.objects.values_list("user__name", flat=True)[0]
    _person, client = reader(scene, "en")
    with transaction.atomic():
        Product.objects.filter(skus=scene.mouse).update(name=name)
        told = files_that_name_customers(client, scene.run(Run("stock", "product")))
        transaction.set_rollback(True)
    assert told == ["csv-stock", "xlsx", "pdf"]


@pytest.mark.parametrize("wrong", ["1234.50", "1 234,51"])
def test_another_figure_is_seen(scene: Scene, wrong: str) -> None:
    """A page that shows another figure, or writes it as another language does, is found out."""
    snapshot, (_person, client) = scene.runs[Run("losses", "reason", "person")], reader(scene, "fr")
    with in_language("fr"):
        shown = page_tables(client, snapshot)
        [table] = shown.values()
        money = next(n for n, known in enumerate(table.columns) if known.kind == "money")
        table.rows[0][money] = wrong
        with pytest.raises((AssertionError, ValueError)):
            equal(snapshot, shown, read, "fr")

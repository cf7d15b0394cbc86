"""Which tables are audited: all that hold a price, a right, a setting, a threshold or a document."""

import re

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from stores.audited import AUDITED
from tests.architecture.source import APPS

TELLS_OF_IT = re.compile(
    r"price|cost|rate$|amount|total|role|is_active|is_on|password|permission|secret"
    r"|reorder|target|maximum|minimum|limit|threshold|state$|quantity|given|how$|period|formats"
)
NOT_AUDITED = {
    "backoffice_reportdelivery": "what becomes of a mail: its schedule's page tells",
    "backoffice_snapshot": "never changed once it is done",
    "backoffice_snapshottable": "a part of a snapshot",
    "backoffice_snapshotpaper": "a snapshot as a PDF",
    "backoffice_askedletter": "a mail that waits for its figures: the mail's own page tells",
    "inventory_stocklevel": "what the ledger and the policies come to; both have their trail",
    "inventory_stockmovement": "the ledger itself: append-only, with who and why",
    "inventory_reservation": "follows its order, which is audited",
    "inventory_suggestion": "worked out from levels and policies",
    "inventory_alert": "opened and closed by figures; keeps who acknowledged it",
    "inventory_restocktemplate": "a shopping list",
    "inventory_lineshare": "why a line got what it got: written once",
    "inventory_transfercountline": "what was scanned so far; becomes a receipt, which is audited",
    "inventory_transferreceiptline": "written once with its receipt, which the database moved by",
    **{
        f"sales_{summary}": "added up from receipts"
        for summary in (
            *("dailysales", "dailyskusales", "dailyclerksales", "dailyhoursales"),
            *("monthlysales", "monthlyskusales", "monthlyclerksales", "monthlyhoursales"),
            *("dailycategorysales", "monthlycategorysales", "chainskusales"),
        )
    },
    "shop_cartline": "nothing is promised yet",
    "shop_orderevent": "the history of an order itself",
    "shop_simulatedcharge": "the books of a stand-in for a payment provider",
    "stores_mail": "what becomes of a mail: its own page tells",
}


def ours() -> list[type[Model]]:
    return [model for app in APPS for model in apps.get_app_config(app).get_models()]


def test_what_holds_prices_rights_thresholds_or_states_is_audited_or_says_why_not() -> None:
    telling = {
        model._meta.db_table
        for model in ours()
        if any(TELLS_OF_IT.search(field.name) for field in model._meta.concrete_fields)
    }
    assert telling - AUDITED - set(NOT_AUDITED) == set()


def test_no_exemption_is_left_over() -> None:
    assert set(NOT_AUDITED) & AUDITED == set()
    assert set(NOT_AUDITED) <= {model._meta.db_table for model in ours()}


@pytest.mark.django_db
def test_the_database_has_the_triggers_of_each_audited_table_and_of_no_other() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, count(*) FROM pg_trigger"
            " WHERE tgname IN ('audit_changes', 'audit_rows') AND tgenabled = 'O' GROUP BY 1"
        )
        found = dict(cursor.fetchall())
    assert found == dict.fromkeys(AUDITED, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(AUDITED))
def test_no_audited_table_is_emptied_without_a_trace(table: str) -> None:
    """TRUNCATE tells no trigger of a row."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match=f"{table} is never emptied"), transaction.atomic():
            cursor.execute(f"TRUNCATE {table} CASCADE")


@pytest.mark.django_db
@pytest.mark.parametrize("table", sorted(AUDITED))
def test_each_audited_table_has_a_model_with_a_number_as_its_key(table: str) -> None:
    [model] = [model for model in ours() if model._meta.db_table == table]
    assert model._meta.pk.name == "id"

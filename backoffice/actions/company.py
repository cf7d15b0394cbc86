"""Changing the company's settings: one section at a time, and never over what somebody else changed."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from backoffice.company.words import as_text, in_words, label_of
from backoffice.errors import ChangedMeanwhile, CurrencyInUse, NotAnOpenPlace
from backoffice.lib import house
from backoffice.lib.retry import retrying
from inventory.actions.alert_sweep import sweep_alerts
from sales.models import Sale
from shop.models import Order
from stores.models import Company, Location, User


@retrying
@transaction.atomic
def change_company(values: Mapping[str, Any], *, shown: Mapping[str, str], by: User) -> Company:
    """Write these settings; `shown` is how the page showed them (`as_text`). What somebody else
    changed since is not written over, but said."""
    company = Company.objects.select_for_update().get(pk=1)
    _refuse_what_changed(company, values, shown)
    changed = [name for name, value in values.items() if getattr(company, name) != value]
    if not changed:
        return company
    if "currency" in changed:
        _refuse_other_currency(company)
    if place := values.get("online_location"):
        _hold_open(place)
    for name in changed:
        setattr(company, name, values[name])
    company.version += 1
    company.save(update_fields=[*changed, "version"])
    if "request_waits_hours" in changed:
        sweep_alerts()
    house.look_again()
    transaction.on_commit(house.look_again)
    return company


def _refuse_what_changed(
    company: Company, values: Mapping[str, Any], shown: Mapping[str, str]
) -> None:
    now = as_text(company, values)
    wanted = as_text(Company(**values), values)
    others = [name for name in values if now[name] not in (shown.get(name), wanted[name])]
    if others:
        raise ChangedMeanwhile(
            {label_of(name): in_words(name, getattr(company, name)) for name in others}
        )


def _refuse_other_currency(company: Company) -> None:
    """Amounts hold no currency of their own. Nobody sells or orders while this is looked at."""
    tables = ", ".join(model._meta.db_table for model in (Sale, Order))
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE")
    if Sale.objects.exists() or Order.objects.exists():
        raise CurrencyInUse(company.currency)


def _hold_open(place: Location) -> None:
    """The place stays open until the commit."""
    held = Location.objects.inner().active().select_for_update(no_key=True)
    if not held.filter(pk=place.pk, closes_on=None).exists():
        raise NotAnOpenPlace(place)

"""Telling people about alerts: one digest per place, to each person there and to logistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.lib.export import CSV_TYPE, Sheet, csv_bytes
from backoffice.lib.links import full_url
from inventory.models import Alert, StockLevel
from stores.actions.mail import Attachment, queue_mail
from stores.models import Location, Role, User
from stores.rights import memberships_of, people_at

ROWS_IN_A_MAIL = 40
TELLERS = 20_262  # first key of the lock under which one worker at a time tells of a place


@dataclass(frozen=True)
class DigestRow:
    """One SKU that runs low or is out, as a mail shows it."""

    name: str
    code: str
    is_out: bool
    available: int
    reorder_point: int
    since: datetime


@dataclass(frozen=True)
class Digest:
    """What is new at one place since the last digest, worst first, and what was checked."""

    location: Location
    rows: Sequence[DigestRow]
    checked: int  # SKUs that the place keeps
    at: datetime

    @property
    def out(self) -> int:
        return sum(row.is_out for row in self.rows)

    @property
    def low(self) -> int:
        return len(self.rows) - self.out

    @property
    def shown(self) -> Sequence[DigestRow]:
        return self.rows[:ROWS_IN_A_MAIL]

    @property
    def figure(self) -> str:
        """Such as `3 products out of stock, 5 running low`."""
        parts = []
        if self.out:
            words = ngettext(
                "%(count)d product out of stock", "%(count)d products out of stock", self.out
            )
            parts.append(words % {"count": self.out})
        if self.low and self.out:
            words = ngettext("%(count)d running low", "%(count)d running low", self.low)
            parts.append(words % {"count": self.low})
        elif self.low:
            words = ngettext(
                "%(count)d product running low", "%(count)d products running low", self.low
            )
            parts.append(words % {"count": self.low})
        return ", ".join(parts)


def tell_alerts() -> int:
    """Promise the digests of every place with alerts that nobody was told of; how many mails."""
    untold = Alert.objects.open().filter(told_at=None)
    places = Location.objects.active().filter(pk__in=untold.values("location_id"))
    return sum(tell_alerts_of(place) for place in places)


@transaction.atomic
def tell_alerts_of(location: Location) -> int:
    """Promise one digest per person of this place; each alert is told once. What closed before it
    was told is not told; while nobody is there to be told, alerts wait."""
    if not _only_teller_of(location):
        return 0
    told = list(Alert.objects.open().filter(location=location, told_at=None).with_level())
    readers = people_at(location, Role.CLERK, Role.MANAGER, Role.LOGISTICS)
    if not told or not readers:
        return 0
    digest = _digest(location, told)
    batch = max(alert.pk for alert in told)
    queued = [_promise(digest, reader, batch) for reader in readers]
    _mark_told([alert.pk for alert in told], digest.at)
    return sum(queued)


def _only_teller_of(location: Location) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [TELLERS, location.pk])
        return bool(cursor.fetchone()[0])


def _digest(location: Location, alerts: Sequence[Any]) -> Digest:
    """Of alerts as `with_level` reads them."""
    out = {alert.sku_id for alert in alerts if alert.kind == Alert.Kind.OUT}
    rows = [
        DigestRow(
            name=alert.sku.full_name,
            code=alert.sku.code,
            is_out=alert.kind == Alert.Kind.OUT,
            available=alert.available_now,
            reorder_point=alert.reorder_point,
            since=alert.opened_at.astimezone(location.zone),
        )
        for alert in alerts
        if alert.kind == Alert.Kind.OUT or alert.sku_id not in out
    ]
    rows.sort(key=lambda row: (not row.is_out, row.available, row.since, row.name))
    checked = StockLevel.objects.at(location).kept().count()
    return Digest(location, rows, checked, timezone.now().astimezone(location.zone))


def _promise(digest: Digest, reader: User, batch: int) -> bool:
    mail = queue_mail(
        key=f"alerts {digest.location.pk} {reader.pk} {batch}",
        template="alert_digest",
        to=reader,
        context={"digest": digest, "link": _link(digest, reader)},
        attachments=_whole_table(digest, reader),
    )
    return mail is not None


def _link(digest: Digest, reader: User) -> str:
    """The page that shows the same rows, as this person may open it."""
    place, told = digest.location, digest.at.isoformat()
    if any(membership.location_id == place.pk for membership in memberships_of(reader)):
        return full_url("inventory:store_alerts", place.code, told=told)
    return full_url("inventory:alert_list", location=place.code, told=told)


def _whole_table(digest: Digest, reader: User) -> list[Attachment]:
    """The table as a file, when the mail shows only its beginning."""
    if len(digest.rows) <= ROWS_IN_A_MAIL:
        return []
    with translation.override(reader.reads):
        sheet = Sheet(
            _("Alerts"),
            [_("Product"), _("Code"), _("State"), _("Available"), _("Reorder point"), _("Since")],
            [
                (
                    row.name,
                    row.code,
                    _("out of stock") if row.is_out else _("low"),
                    row.available,
                    row.reorder_point,
                    f"{row.since:%Y-%m-%d %H:%M}",
                )
                for row in digest.rows
            ],
        )
        name = f"alerts-{digest.location.code}-{digest.at:%Y-%m-%d-%H%M}.csv"
        return [Attachment(name, CSV_TYPE, csv_bytes(sheet))]


def _mark_told(alert_ids: Sequence[int], at: datetime) -> None:
    """Mark what isn't being closed at this moment, so that no sale waits for a digest."""
    alerts = Alert.objects.filter(pk__in=alert_ids).order_by("pk")
    free = alerts.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True)
    Alert.objects.filter(pk__in=list(free)).update(told_at=at)

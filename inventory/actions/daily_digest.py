"""The daily digest: one mail per person and local day, of all places that they look after."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation

from backoffice.lib.links import full_url
from backoffice.lib.retry import retrying
from inventory.actions.digest import alerts_link
from inventory.actions.runs import FAILURES, forget_old_runs, note_failure, recorded_run
from inventory.digests import Checked, Digest, rows_of, whole_table
from inventory.models import Alert, AlertDigest, AlertRun, RestockRequest, StockLevel
from inventory.queries.approvers import waiting_for
from inventory.queries.mailer import Reader, readers_due
from inventory.queries.notifications import TOLD_OF_ALERTS, Choices, How, Subject, choices_of, hows
from stores.actions.mail import queue_mail
from stores.actions.mail_rights import OnlyFor
from stores.models import Mail

type LocationId = int


@dataclass
class Look:
    """What one run has looked at so far: how many SKUs each set of places keeps."""

    now: datetime
    skus: dict[frozenset[LocationId], int] = field(default_factory=dict)

    def checked(self, reader: Reader) -> Checked:
        places = frozenset(place.pk for place in reader.places)
        if places not in self.skus:
            self.skus[places] = StockLevel.objects.filter(location__in=places).kept().count()
        return Checked(len(places), self.skus[places], self.now.astimezone(reader.zone))


def send_daily_digests(now: datetime | None = None) -> int:
    """Promise the digests that are due and not written, one by one; how many mails. Called every
    minute: a worker that was away when the time struck writes them when it is back on that day."""
    now = now or timezone.now()
    due = readers_due(now)
    if not due:
        return 0
    look = Look(now)
    choices = choices_of(reader.user.pk for reader, _day in due)
    with recorded_run(AlertRun.Kind.DAILY, now) as run:
        for reader, day in due:
            try:
                digest, mail = write_digest(reader, day, look, choices)
            except FAILURES as error:
                note_failure(run, reader.user, error)
                continue
            run.mails += mail is not None
            run.found += len(digest.rows) if digest else 0
        everywhere = {place.pk for reader, _day in due for place in reader.places}
        run.places, run.checked = len(everywhere), _kept(everywhere)
    forget_old_runs(now)
    return run.mails


def _kept(places: set[LocationId]) -> int:
    return StockLevel.objects.filter(location__in=places).kept().count()


@retrying
@transaction.atomic
def write_digest(
    reader: Reader, day: date, look: Look, choices: Choices
) -> tuple[Digest | None, Mail | None]:
    """Write one reader's digest of a day, and promise the mail if it says something: both or
    nothing, and once, whatever crashes."""
    before = AlertDigest.objects.filter(reader=reader.user).order_by("-day").first()
    row, is_new = AlertDigest.objects.get_or_create(
        reader=reader.user, day=day, defaults={"at": look.now}
    )
    if not is_new:
        return None, None
    digest = _composed(reader, look, choices, since=before.at if before else None)
    row.mail = _promise(reader, day, digest, choices)
    _close(row)
    return digest, row.mail


def _close(row: AlertDigest) -> None:
    row.save(update_fields=["mail"])


def _composed(reader: Reader, look: Look, choices: Choices, *, since: datetime | None) -> Digest:
    """All open alerts of the reader's places of the kinds that come in the digest. What somebody
    took notice of is told once: if it is new since the digest before."""
    told = hows(reader.user.pk, choices, reader.usual)
    kinds = [kind for kind, how in told.items() if how == How.DIGEST]
    alerts = (
        Alert.objects.loud(look.now)
        .filter(location__in=reader.places, kind__in=kinds)
        .select_related("location")
    )
    if since:
        alerts = alerts.filter(Q(acknowledged_at=None) | Q(opened_at__gt=since))
    rows = rows_of(list(alerts.with_urgency().most_urgent_first()))
    links = {
        place.pk: alerts_link(place, reader.user, {"kinds": sorted(kinds)})
        for place in {row.location for row in rows}
    }
    requests = _requests(reader, choices)
    return Digest(rows, look.checked(reader), list(reader.places), links, requests)


def _requests(reader: Reader, choices: Choices) -> Sequence[RestockRequest]:
    if _how(reader, Subject.REQUEST, choices) != How.DIGEST:
        return []
    return list(waiting_for(reader.user).select_related("store", "warehouse"))


def _how(reader: Reader, subject: Subject, choices: Choices) -> How:
    return choices.get((reader.user.pk, subject), reader.usual[subject])


def _promise(reader: Reader, day: date, digest: Digest, choices: Choices) -> Mail | None:
    """Nothing to say is no mail, unless the reader wants to know that all is well."""
    is_well = not digest.rows and not digest.requests
    if not digest.places or (is_well and _how(reader, Subject.ALL_WELL, choices) == How.NONE):
        return None
    place = digest.location
    link = alerts_link(place, reader.user, {}) if place else full_url("inventory:alert_list")
    if not place and not reader.is_of_all:
        link = full_url("stores:home")
    with translation.override(reader.user.reads):
        attachments = whole_table(digest.rows, f"alerts-{day}.csv")
    return queue_mail(
        key=f"alert digest {day} {reader.user.pk}",
        template="stock_digest",
        to=reader.user,
        context={"digest": digest, "is_well": is_well, "link": link},
        attachments=attachments,
        only_for=_only_for(digest),
    )


def _only_for(digest: Digest) -> OnlyFor:
    """Whoever is told of alerts at the places that it tells of, and where its requests are decided."""
    deciding = {request.warehouse_id for request in digest.requests}
    return OnlyFor(TOLD_OF_ALERTS, sorted({place.pk for place in digest.places} | deciding))

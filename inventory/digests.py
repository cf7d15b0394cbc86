"""What a mail about alerts says: rows by urgency, one section per place, and the figure in words."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.lib.export import CSV_TYPE, Sheet, csv_bytes
from inventory.models import Alert, Document, RestockRequest, Transfer
from stores.actions.mail import Attachment
from stores.models import Location

ROWS_IN_A_MAIL = 40
Kind = Alert.Kind
TOLD = (Kind.OUT, Kind.LOW, Kind.LATE, Kind.WAITING, Kind.OVERSTOCK)  # in this order


@dataclass(frozen=True)
class DigestRow:
    """One alert, as a mail shows it."""

    location: Location
    kind: Kind
    name: str
    code: str  # of the SKU; of a document, where it comes from
    available: int
    on_hand: int
    reorder_point: int
    maximum: int
    due_at: datetime | None  # of a transfer
    since: datetime

    @property
    def is_bad(self) -> bool:
        return self.kind == Kind.OUT

    @property
    def state(self) -> str:
        """Such as `out of stock`, `3 available` or `expected 20 Nov 2026`."""
        if self.kind == Kind.OUT:
            return _("out of stock")
        if self.kind == Kind.LOW:
            words = ngettext("%(count)d available", "%(count)d available", self.available)
            return words % {"count": self.available}
        if self.kind == Kind.OVERSTOCK:
            return _("%(count)d on hand") % {"count": self.on_hand}
        if self.kind == Kind.WAITING:
            return _("waits for a decision")
        day = (self.due_at or self.since).astimezone(self.location.zone).date()
        return _("was expected %(day)s") % {"day": date_format(day, "SHORT_DATE_FORMAT")}

    @property
    def wanted(self) -> str:
        """Such as `reorder point 4` or `at most 12`; empty where nothing is."""
        if self.kind == Kind.OVERSTOCK:
            return _("at most %(count)d") % {"count": self.maximum}
        if self.reorder_point:
            return _("reorder point %(count)d") % {"count": self.reorder_point}
        return ""


@dataclass(frozen=True)
class Section:
    """The rows of one place, by urgency, and the page that shows them."""

    location: Location
    rows: Sequence[DigestRow]
    link: str


@dataclass(frozen=True)
class Checked:
    """What was looked at before a mail was written."""

    places: int
    skus: int
    at: datetime  # on the reader's clock


def rows_of(alerts: Sequence[Alert]) -> list[DigestRow]:
    """The rows of alerts `with_level`, in their order; two queries for all documents."""
    transfers = _documents(alerts, Document.TRANSFER)
    sources = Transfer.objects.select_related("source").in_bulk(transfers)
    asked = _documents(alerts, Document.RESTOCK)
    requests = RestockRequest.objects.select_related("store").in_bulk(asked)
    rows = []
    for alert in alerts:
        transfer = sources.get(alert.document_id or 0) if alert.kind == Kind.LATE else None
        request = requests.get(alert.document_id or 0) if alert.kind == Kind.WAITING else None
        other = transfer.source if transfer else request.store if request else None
        rows.append(
            DigestRow(
                location=alert.location,
                kind=Kind(alert.kind),
                name=alert.about,
                code=alert.code or str(other or ""),
                available=alert.available_now or 0,
                on_hand=alert.on_hand_now or 0,
                reorder_point=alert.reorder_point or 0,
                maximum=alert.maximum or 0,
                due_at=transfer.due_at if transfer else None,
                since=alert.opened_at.astimezone(alert.location.zone),
            )
        )
    return rows


def _documents(alerts: Iterable[Alert], document: Document) -> list[int]:
    return [a.document_id for a in alerts if a.document == document and a.document_id]


def figure_in_words(kinds: Iterable[Kind], requests: int = 0) -> str:
    """Such as `3 products out of stock, 5 running low, 1 transfer late`."""
    counts = Counter(kinds)
    told = [
        _counted(kind, counts[kind], first=not counts[Kind.OUT]) for kind in TOLD if counts[kind]
    ]
    if requests:
        words = ngettext("%(count)d request to decide", "%(count)d requests to decide", requests)
        told.append(words % {"count": requests})
    return ", ".join(told)


def _counted(kind: Kind, count: int, *, first: bool) -> str:
    """So many alerts of a kind; the `first` of those about stock says that they are products."""
    if kind == Kind.OUT:
        words = ngettext("%(count)d product out of stock", "%(count)d products out of stock", count)
    elif kind == Kind.LOW and first:
        words = ngettext("%(count)d product running low", "%(count)d products running low", count)
    elif kind == Kind.LOW:
        words = ngettext("%(count)d running low", "%(count)d running low", count)
    elif kind == Kind.LATE:
        words = ngettext("%(count)d transfer late", "%(count)d transfers late", count)
    elif kind == Kind.WAITING:
        words = ngettext(
            "%(count)d request waiting too long", "%(count)d requests waiting too long", count
        )
    else:
        words = ngettext(
            "%(count)d product above its maximum", "%(count)d products above their maximum", count
        )
    return words % {"count": count}


def whole_table(rows: Sequence[DigestRow], name: str) -> list[Attachment]:
    """All rows as a file, when the mail shows only the first; in the language that is active."""
    if len(rows) <= ROWS_IN_A_MAIL:
        return []
    heading = [
        *(_("Place"), _("Product"), _("Code"), _("Kind"), _("Available")),
        *(_("On hand"), _("Reorder point"), _("Since")),
    ]
    lines = [
        (
            row.location.name,
            row.name,
            row.code,
            row.kind.label,
            row.available,
            row.on_hand,
            row.reorder_point,
            f"{row.since:%Y-%m-%d %H:%M}",
        )
        for row in rows
    ]
    sheet = Sheet(_("Alerts"), heading, [tuple(map(_cell, line)) for line in lines])
    return [Attachment(name, CSV_TYPE, csv_bytes(sheet))]


def _cell(value: object) -> str | int:
    return value if isinstance(value, int) else str(value)


@dataclass(frozen=True)
class Digest:
    """One mail: at once of what is new at one place, or the day's of all places of a reader."""

    rows: Sequence[DigestRow]
    checked: Checked
    places: Sequence[Location]
    links: dict[int, str]  # of each place
    requests: Sequence[RestockRequest] = ()

    @cached_property
    def figure(self) -> str:
        return figure_in_words((row.kind for row in self.rows), len(self.requests))

    @property
    def shown(self) -> Sequence[DigestRow]:
        return self.rows[:ROWS_IN_A_MAIL]

    @property
    def location(self) -> Location | None:
        """The one place that it is about; None if there are several."""
        return self.places[0] if len(self.places) == 1 else None

    @property
    def where(self) -> str:
        if self.location:
            return self.location.name
        words = ngettext("%(count)d place", "%(count)d places", len(self.places))
        return words % {"count": len(self.places)}

    @property
    def sections(self) -> list[Section]:
        """What is shown, the place with the most urgent row first."""
        by_place: dict[int, list[DigestRow]] = {}
        for row in self.shown:
            by_place.setdefault(row.location.pk, []).append(row)
        return [
            Section(rows[0].location, rows, self.links[place_id])
            for place_id, rows in by_place.items()
        ]

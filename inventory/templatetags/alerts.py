"""What pages say of alerts: the figure in the header, tones, and words about time and causes."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from inventory.models import Alert, Document, Product, StockLevel
from inventory.queries.alert_rows import AlertRows, Way
from inventory.queries.alerts import open_alerts
from inventory.queries.ledger import Page
from inventory.queries.mailer import Missed, missed_lately
from inventory.queries.notifications import told_at
from stores.models import Location, Role, User
from stores.rights import holds_company_wide

register = template.Library()
MOST_ON_BADGE = 999
TONES = {"out": "state-bad", "late": "state-bad", "low": "state-warn", "waiting": "state-warn"}


@register.simple_tag
def alert_count(user: User, place: Location | None) -> int:
    return open_alerts(user, place)


@register.filter
def on_badge(count: int) -> str:
    """The count as the bell has room for it; whoever hears its name hears the same."""
    return f"{MOST_ON_BADGE}+" if count > MOST_ON_BADGE else str(count)


@register.simple_tag
def missed_mails(user: User) -> list[Missed]:
    """The runs of the mailer that head office should know of; nobody else is bothered."""
    return missed_lately() if holds_company_wide(user, Role.HEAD_OFFICE) else []


@register.inclusion_tag("inventory/parts/who_is_told.html")
def who_is_told_at(place: Location) -> dict[str, Any]:
    """Who is told of the alerts of a place, why, and how."""
    return _told([place])


@register.inclusion_tag("inventory/parts/who_is_told.html")
def who_is_told_of(product: Product) -> dict[str, Any]:
    """The same for every place that keeps a product."""
    keeping = StockLevel.objects.kept().filter(sku__product=product).order_by()
    places = Location.objects.active().filter(pk__in=keeping.values("location"))
    return _told(list(places.order_by("kind", "name"))) | {"product": product}


def _told(places: list[Location]) -> dict[str, Any]:
    told = told_at(places)
    return {"groups": [(place, told[place.pk]) for place in places]}


@register.filter
def alert_tone(kind: str) -> str:
    return TONES.get(kind, "")


@register.filter
def ways_of(rows: AlertRows, alert: Alert) -> list[Way]:
    return rows.ways_of(alert)


@register.filter
def page_of(rows: AlertRows, alert: Alert) -> Page | None:
    return rows.page_of(alert)


@register.filter
def cause_of(rows: AlertRows, alert: Alert) -> Page | None:
    return rows.cause_of(alert)


@register.filter
def other_end(rows: AlertRows, alert: Alert) -> str:
    return rows.other_end(alert)


@register.filter
def may_ask(rows: AlertRows, alert: Alert) -> bool:
    return rows.may_ask(alert)


@register.filter
def ended_words(alert: Alert) -> str:
    """Why an alert closed, such as `received` before the name of what came."""
    if alert.ending != Alert.Ending.MOVED:
        return alert.get_ending_display() if alert.ending else _("reorder point or range changed")
    came = (Document.RESTOCK, Document.TRANSFER, Document.RECEIPT)
    if alert.closing_document in came and alert.kind in Alert.OF_TOO_LITTLE:
        return _("received")
    if alert.closing_document in came:
        return _("sent away")
    return alert.get_closing_document_display()


@register.filter
def ago(moment: datetime) -> str:
    if (timezone.now() - moment).total_seconds() < 60:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(moment, depth=1)}


@register.filter
def due_words(moment: datetime) -> str:
    """When something is expected, by the calendar of the page: today, tomorrow, or the day."""
    day = timezone.localtime(moment).date()
    days = (day - timezone.localdate()).days
    if moment < timezone.now():
        return _("late since %(day)s") % {"day": date_format(day, "SHORT_DATE_FORMAT")}
    if days < 2:
        return _("due tomorrow") if days else _("due today")
    return _("due %(day)s") % {"day": date_format(day, "SHORT_DATE_FORMAT")}

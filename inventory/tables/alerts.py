from datetime import datetime, timedelta
from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from backoffice.lib.tables import NumberColumn
from inventory.models import Alert
from stores.models import Location

TONES = {Alert.Kind.OUT: "state-bad", Alert.Kind.LOW: "state-warn"}


class AlertTable(tables.Table):  # type: ignore[misc]
    caption = _("Alerts, worst first")

    product = tables.Column(accessor="sku", verbose_name=_("Product"))
    code = tables.Column(accessor="sku__code", verbose_name=_("Code"), visible=False)
    location = tables.Column(verbose_name=_("Place"))
    kind = tables.Column(verbose_name=_("State"))
    available_now = NumberColumn(verbose_name=_("Available"))
    reorder_point = NumberColumn(verbose_name=_("Reorder point"))
    opened_at = tables.Column(verbose_name=_("Since"))
    closed_at = tables.Column(verbose_name=_("Closed"))
    ask = tables.Column(accessor="sku_id", verbose_name="", exclude_from_export=True)

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ()
        sequence = (
            "product",
            "code",
            "kind",
            "location",
            "available_now",
            "reorder_point",
            "opened_at",
            "closed_at",
            "ask",
        )
        orderable = False

    def __init__(
        self, *args: Any, place: Location | None, closed: bool, asks: bool, **kwargs: Any
    ) -> None:
        """For one place, or for all; `closed` shows what ended each; `asks` offers to ask for
        goods."""
        hidden = [
            *(["location"] if place else []),
            *([] if closed else ["closed_at"]),
            *([] if asks else ["ask"]),
        ]
        self.place = place
        super().__init__(*args, exclude=hidden, **kwargs)
        self.empty_text = (
            gettext("Nothing is low or out of stock. What crosses its reorder point appears here.")
            if not closed
            else gettext("No alert has ended yet.")
        )

    def render_product(self, record: Alert) -> SafeString:
        return format_html(
            '{}<small class="code">{}</small>', _product(record, self.place), record.code
        )

    def value_product(self, record: Alert) -> str:
        return record.about

    def render_kind(self, value: str, record: Alert) -> SafeString:
        tone = "" if record.closed_at else TONES[Alert.Kind(record.kind)]
        return format_html('<span class="state {}">{}</span>', tone, value)

    def value_kind(self, record: Alert) -> str:
        return record.get_kind_display()

    def render_reorder_point(self, value: int) -> str:
        return str(value) if value else "–"

    def value_reorder_point(self, value: int) -> int:
        return value

    def render_opened_at(self, record: Alert) -> SafeString:
        return _moment(record.opened_at)

    def value_opened_at(self, value: datetime) -> datetime:
        return value

    def render_closed_at(self, value: datetime, record: Alert) -> SafeString:
        cause = record.get_closing_document_display() or pgettext(
            "what ended an alert", "reorder point or range changed"
        )
        return format_html("{}<small>{}</small>", _moment(value), cause)

    def value_closed_at(self, value: datetime | None) -> datetime | None:
        return value

    def render_ask(self, record: Alert) -> str:
        if record.closed_at or record.sku_id is None:
            return ""
        url = reverse("inventory:restock_new", args=[record.location.code])
        return format_html(
            '<a class="btn btn-sm" href="{}?sku={}" aria-label="{}">{}</a>',
            url,
            record.sku_id,
            gettext("Ask for %(product)s") % {"product": record.about},
            gettext("Ask for goods"),
        )


def _moment(moment: datetime) -> SafeString:
    """How long ago, with the day and the hour for who points at it."""
    local = timezone.localtime(moment)
    ago = gettext("%(time)s ago") % {"time": timesince(moment, depth=1)}
    if timezone.now() - moment < timedelta(minutes=1):
        ago = gettext("just now")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(),
        local.strftime("%Y-%m-%d %H:%M"),
        ago,
    )


def _product(alert: Alert, place: Location | None) -> SafeString:
    """The name, which leads to the movements that make the figure."""
    if alert.sku is None:
        return format_html("{}", alert.about)
    page = "stock_movements" if place else "office_movements"
    given = {"sku_id": alert.sku_id, "code": alert.location.code}
    url = reverse(f"inventory:{page}", kwargs=given)
    return format_html('<a href="{}">{}</a>', url, alert.about)

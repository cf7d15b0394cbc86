from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import django_tables2 as tables
from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.lib.links import EACH, address_of_each
from backoffice.lib.tables import ListTable, MoneyColumn, PartColumn
from inventory.models import BulkApprovalItem, RestockRequest, Sku
from inventory.models.restock import RestockRequestQuerySet
from inventory.queries.restock import LineToDecide, RequestId, RequestToDecide
from stores.models import Company

PARTS = "inventory/parts"
LINES_SHOWN = 3
LINE = (
    '<li class="{}"><b class="number">{}</b><span>{}</span><span class="restock-has">{}</span></li>'
)
TONES = {"approved": "state-accent", "sent": "state-accent", "done": "state-good"}


def age_of(waited: timedelta) -> str:
    """Such as `waiting for 3 h`."""
    minutes = int(waited.total_seconds()) // 60
    if minutes < 1:
        return str(_("asked just now"))
    if minutes < 60:
        return _("waiting for %(count)s min") % {"count": minutes}
    if minutes < 48 * 60:
        return _("waiting for %(count)s h") % {"count": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("waiting for %(count)s day", "waiting for %(count)s days", days) % {
        "count": days
    }


def outlook_of(figures: RequestToDecide) -> tuple[str, str]:
    """The tone of a request, and whether there is enough for it."""
    if figures.is_short:
        return "state-bad", str(_("not enough"))
    if figures.is_contested:
        return "state-warn", str(_("not for all"))
    return "state-good", str(_("enough"))


class RestockQueueTable(ListTable):
    """Requests with their worst lines beside the warehouse's figures, and the one click that
    approves; `figures` are of the rows on the page."""

    caption = _("Restock requests")

    choose = tables.Column(
        empty_values=(), verbose_name=_("Select"), orderable=False, attrs={"td": {"class": "pick"}}
    )
    request = tables.Column(empty_values=(), verbose_name=_("Request"), order_by="pk")
    store = tables.Column(order_by=("store__name", "pk"))
    asked_at = tables.Column(verbose_name=_("Waits"), order_by=("-asked_at", "-pk"))
    lines = tables.Column(
        empty_values=(), verbose_name=_("Asked, and what there is"), attrs={"td": {"class": "wide"}}
    )
    value = MoneyColumn(verbose_name=_("Value"), order_by=("value", "pk"))
    decision = tables.Column(empty_values=(), verbose_name=_("Decision"), orderable=False)

    class Meta:
        model = RestockRequest
        fields = ("choose", "request", "store", "asked_at", "lines", "value", "decision")
        empty_text = _("No request waits for a decision. New ones appear here.")
        attrs = {"class": "restock-queue"}

    def __init__(self, *args: Any, decides: bool, **kwargs: Any) -> None:
        """`decides`: whether the person may at all."""
        super().__init__(*args, exclude=() if decides else ("choose",), **kwargs)
        self.decides = decides
        self.figures: Mapping[RequestId, RequestToDecide] = {}
        self.address = address_of_each("inventory:restock_detail", EACH)

    @cached_property
    def own_allowed(self) -> bool:
        return Company.current().own_requests_allowed

    def order_lines(
        self, requests: RestockRequestQuerySet, is_descending: bool
    ) -> tuple[RestockRequestQuerySet, bool]:
        """By their number."""
        way = "-" if is_descending else ""
        return requests.annotate(count=Count("lines")).order_by(f"{way}count", f"{way}pk"), True

    def is_offered(self, record: RestockRequest) -> bool:
        is_own = record.is_own  # type: ignore[attr-defined]
        return self.decides and record.is_waiting and (self.own_allowed or not is_own)

    def render_choose(self, record: RestockRequest) -> str:
        if not self.is_offered(record):
            return ""
        return format_html(
            '<input class="form-check-input" type="checkbox" name="request" value="{}" form="bulk"'
            ' aria-label="{}">',
            record.pk,
            _("Select %(request)s") % {"request": record},
        )

    def render_request(self, record: RestockRequest) -> str:
        return format_html(
            '<a href="{}">{}</a>{}<small>{}</small>',
            self.address(record.pk),
            record,
            ""
            if record.is_waiting
            else format_html(
                ' <span class="state {}">{}</span>',
                TONES.get(record.state, "state-bad"),
                record.get_state_display(),
            ),
            record.asked_by,
        )

    def render_asked_at(self, record: RestockRequest, value: datetime) -> str:
        """How long it has been waiting; of what was decided, when it was asked."""
        day = date_format(value.astimezone(record.warehouse.zone), "SHORT_DATETIME_FORMAT")
        shown = age_of(timezone.now() - value) if record.is_waiting else day
        return format_html(
            '<time datetime="{}" title="{}">{}</time>', value.isoformat(), day, shown
        )

    def render_lines(self, record: RestockRequest) -> str:
        lines = self.figures[record.pk].worst_first
        shown = format_html_join(
            "", LINE, (self._line(record, entry) for entry in lines[:LINES_SHOWN])
        )
        count = ngettext("%(count)d article", "%(count)d articles", len(lines))
        more = format_html("<small>{}</small>", count % {"count": len(lines)})
        said = _("“%(note)s”") % {"note": record.note}
        note = format_html("<small>{}</small>", said) if record.note else ""
        return format_html('<ul class="restock-lines">{}</ul>{}{}', shown, more, note)

    def render_decision(self, record: RestockRequest) -> str:
        if not record.is_waiting:
            return self._decided(record)
        figures = self.figures[record.pk]
        outlook = format_html(
            '<p class="restock-outlook"><span class="state {}">{}</span></p>', *outlook_of(figures)
        )
        if not self.decides:
            return outlook
        if not self.is_offered(record):
            return outlook + format_html(
                "<small>{}</small>", _("Your own request: somebody else decides.")
            )
        return outlook + self._button(record, figures)

    def _line(self, record: RestockRequest, entry: LineToDecide) -> tuple[str, int, Sku, str]:
        if not record.is_waiting:
            granted = entry.line.approved
            words = "" if granted is None else _("%(units)s approved") % {"units": granted}
            return "", entry.line.asked, entry.line.sku, words
        tone = "is-short" if entry.is_short else "is-contested" if entry.is_contested else ""
        words = _("%(place)s has %(units)s") % {
            "place": record.warehouse,
            "units": entry.available,
        }
        if entry.others:
            words += " · " + _("others want %(units)s") % {"units": entry.others}
        return tone, entry.line.asked, entry.line.sku, words

    def _button(self, record: RestockRequest, figures: RequestToDecide) -> str:
        if figures.is_short:
            address = f"{self.address(record.pk)}?do=less"
            return format_html('<a class="btn btn-sm" href="{}">{}</a>', address, _("Approve less"))
        return format_html(
            '<button class="btn btn-sm btn-primary" type="submit" form="one" name="request"'
            ' value="{}:{}" aria-label="{}">{}</button>',
            record.pk,
            record.version,
            _("Approve all of %(request)s") % {"request": record},
            _("Approve all"),
        )

    def _decided(self, record: RestockRequest) -> str:
        if record.decided_at is None:
            return ""
        who = record.decided_by or _("a rule of automatic approval")
        at = record.decided_at.astimezone(record.warehouse.zone)
        day = date_format(at, "SHORT_DATETIME_FORMAT")
        return format_html("<small>{}</small><small>{}</small>", who, day)


class StoreRestockTable(ListTable):
    caption = _("Restock requests of this store")

    request = PartColumn(
        template_name=f"{PARTS}/restock_store_request.html",
        verbose_name=_("Request"),
        order_by="pk",
    )
    lines = PartColumn(
        template_name=f"{PARTS}/restock_store_lines.html",
        verbose_name=_("Products"),
        orderable=False,
        attrs={"td": {"class": "wide"}},
    )
    state = PartColumn(
        template_name=f"{PARTS}/restock_state.html",
        verbose_name=_("State"),
        extra_context={"with_decision": True},
        attrs={"td": {"class": "wide"}},
    )

    class Meta:
        model = RestockRequest
        fields = ("request", "lines", "state")
        empty_text = _("This store has asked for nothing yet.")


class BulkItemTable(ListTable):
    """What came of each request of a bulk approval: first those that still need a look."""

    caption = _("Result per request")

    request = tables.Column(orderable=False, verbose_name=_("Request"))
    store = tables.Column(accessor="request__store", orderable=False, verbose_name=_("Store"))
    outcome = tables.Column(orderable=False, verbose_name=_("Result"))
    words = tables.Column(orderable=False, verbose_name=_("Why"), empty_values=())

    class Meta:
        model = BulkApprovalItem
        empty_text = _("No request was chosen.")
        fields = ("request", "store", "outcome", "words")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address_of_each("inventory:restock_detail", EACH)

    def render_request(self, record: BulkApprovalItem) -> str:
        address = self.address(record.request_id)
        return format_html('<a href="{}">{}</a>', address, record.request)

    def render_outcome(self, record: BulkApprovalItem, value: str) -> str:
        tones = {"approved": "state-good", "not_done": "state-bad"}
        tone = tones.get(record.outcome, "")
        return format_html('<span class="state {}">{}</span>', tone, value)

    def render_words(self, record: BulkApprovalItem, value: str) -> str:
        """Why it was not approved; or that it was, and waits again."""
        if record.outcome != BulkApprovalItem.Outcome.APPROVED or not record.request.is_waiting:
            return value
        return _(
            "It came back: %(place)s had not enough when it was carried out. Nothing was moved."
            " Decide again."
        ) % {"place": record.request.warehouse}

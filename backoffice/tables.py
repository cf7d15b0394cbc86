from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.lib.tables import MomentColumn, NewestTable
from backoffice.models import Snapshot
from backoffice.reports.definitions import REPORTS
from backoffice.reports.query import Query
from backoffice.templatetags.figures import period
from stores.models import Mail

MOST_NAMES = 3
TONES = {
    Mail.State.WAITING: "state-accent",
    Mail.State.SENT: "state-good",
    Mail.State.FAILED: "state-bad",
}
RUN_TONES = {
    Snapshot.State.WAITING: "state-accent",
    Snapshot.State.DONE: "state-good",
    Snapshot.State.FAILED: "state-bad",
}


class MailTable(NewestTable):
    caption = _("Mails, newest first")

    subject = tables.Column(linkify=("backoffice:mail_detail", {"pk": tables.A("pk")}))
    to_email = tables.Column(attrs={"td": {"class": "wide"}})
    state = tables.Column()
    attempts = tables.Column(verbose_name=_("Attempts"))
    created_at = MomentColumn(verbose_name=_("Promised"))
    sent_at = MomentColumn(verbose_name=_("Sent"))

    class Meta:
        model = Mail
        empty_text = _("No mail was promised yet. Alerts and reports appear here.")
        fields = ["subject", "to_email", "state", "attempts", "created_at", "sent_at"]
        orderable = False

    def render_state(self, value: str, record: Mail) -> SafeString:
        tone = TONES[Mail.State(record.state)]
        return format_html('<span class="state {}">{}</span>', tone, value)


class SnapshotTable(NewestTable):
    """Runs of reports; the names of their places stand in them."""

    caption = _("Reports that were made, newest first")

    report = tables.Column(linkify=("backoffice:snapshot_detail", {"pk": tables.A("pk")}))
    days = tables.Column(accessor="query", verbose_name=_("Period"))
    places = tables.Column(accessor="place_names", verbose_name=_("Places"))
    state = tables.Column()
    readers = tables.Column(accessor="pk", verbose_name=_("For"))
    made_at = MomentColumn(verbose_name=_("Figures as of"))

    class Meta:
        model = Snapshot
        empty_text = _("No report was made yet. Each run stands here, and can be opened again.")
        fields = ["report", "days", "places", "state", "readers", "made_at"]
        orderable = False

    def render_report(self, record: Snapshot) -> str:
        return record.title

    def render_days(self, record: Snapshot) -> str:
        query = Query.from_json(record.query)
        return period(query.days) if REPORTS[record.report].has_period else ""

    def render_places(self, value: list[str]) -> str:
        if len(value) > MOST_NAMES:
            return ngettext("%(count)s place", "%(count)s places", len(value)) % {
                "count": len(value)
            }
        return ", ".join(value)

    def render_state(self, value: str, record: Snapshot) -> SafeString:
        tone = RUN_TONES[Snapshot.State(record.state)]
        return format_html('<span class="state {}">{}</span>', tone, value)

    def render_readers(self, record: Any) -> str:
        readers = [str(delivery.reader) for delivery in record.deliveries.all()]
        if record.made_by:
            readers.insert(0, str(record.made_by))
        more = len(readers) - MOST_NAMES
        if more <= 0:
            return ", ".join(readers)
        named = ", ".join(readers[:MOST_NAMES])
        return ngettext("%(named)s and %(more)s more", "%(named)s and %(more)s more", more) % {
            "named": named,
            "more": more,
        }

from typing import Any

import django_tables2 as tables
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.lib.tables import MomentColumn
from backoffice.models import Snapshot
from backoffice.reports.periods import Days
from backoffice.templatetags.figures import period
from stores.models import Mail
from stores.models.location import LocationQuerySet

MOST_NAMES = 3
TONES = {
    Mail.State.WAITING: "state-accent",
    Mail.State.SENT: "state-good",
    Mail.State.FAILED: "state-bad",
}


class MailTable(tables.Table):  # type: ignore[misc]
    caption = _("Mails, newest first")
    empty_text = _("No mail was promised yet. Alerts and reports appear here.")

    subject = tables.Column(linkify=("backoffice:mail_detail", {"pk": tables.A("pk")}))
    to_email = tables.Column(attrs={"td": {"class": "wide"}})
    state = tables.Column()
    attempts = tables.Column(verbose_name=_("Attempts"))
    created_at = MomentColumn(verbose_name=_("Promised"))
    sent_at = MomentColumn(verbose_name=_("Sent"))

    class Meta:
        model = Mail
        fields = ["subject", "to_email", "state", "attempts", "created_at", "sent_at"]
        orderable = False

    def render_state(self, value: str, record: Mail) -> SafeString:
        tone = TONES[Mail.State(record.state)]
        return format_html('<span class="state {}">{}</span>', tone, value)


class SnapshotTable(tables.Table):  # type: ignore[misc]
    """Reports as they were mailed; the names of the places are read once."""

    caption = _("Reports that were mailed, newest first")
    empty_text = _("No report was mailed yet. Each morning's report appears here.")

    days = tables.Column(
        accessor="first_day",
        verbose_name=_("Period"),
        linkify=("backoffice:snapshot_detail", {"pk": tables.A("pk")}),
    )
    locations = tables.Column(verbose_name=_("Places"))
    readers = tables.Column(accessor="pk", verbose_name=_("Mailed to"))
    made_at = tables.DateTimeColumn(short=True, verbose_name=_("Counted"))

    class Meta:
        model = Snapshot
        fields = ["days", "locations", "readers", "made_at"]
        orderable = False

    def __init__(self, *args: Any, places: LocationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = places

    @cached_property
    def names(self) -> dict[int, str]:
        return dict(self.places.values_list("pk", "name"))

    def render_days(self, record: Snapshot) -> str:
        return period(Days(record.first_day, record.last_day))

    def render_locations(self, value: list[int]) -> str:
        if len(value) > MOST_NAMES:
            return ngettext("%(count)s place", "%(count)s places", len(value)) % {
                "count": len(value)
            }
        return ", ".join(self.names.get(pk, "") for pk in value)

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

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy, ngettext

from backoffice.lib.tables import ListTable, MomentColumn
from backoffice.models import ReportDelivery, Schedule
from backoffice.reports.definitions import REPORTS
from backoffice.reports.schedule_words import recipients_in_words

TONES: dict[str, str] = {
    Schedule.State.ACTIVE: "state-good",
    Schedule.State.PAUSED: "state-warn",
    Schedule.State.STOPPED: "state-bad",
}


class ScheduleTable(ListTable):
    caption = gettext_lazy("Schedules, by name")

    name = tables.Column(
        accessor="title",
        verbose_name=gettext_lazy("Name"),
        linkify=("backoffice:schedule_detail", {"pk": tables.A("pk")}),
    )
    report = tables.Column(verbose_name=gettext_lazy("Report"))
    rhythm = tables.Column(accessor="rhythm_in_words", verbose_name=gettext_lazy("Rhythm"))
    recipients = tables.Column(accessor="pk", verbose_name=gettext_lazy("Mailed to"))
    last_run_at = MomentColumn(verbose_name=gettext_lazy("Last run"))
    next_run_at = MomentColumn(verbose_name=gettext_lazy("Next run"))
    state = tables.Column(verbose_name=gettext_lazy("State"))

    class Meta:
        model = Schedule
        empty_text = gettext_lazy(
            "No report is scheduled yet. Each is mailed by itself, on its days."
        )
        fields = ["name", "report", "rhythm", "recipients", "last_run_at", "next_run_at", "state"]
        orderable = False

    def render_report(self, value: str) -> str:
        return str(REPORTS[value].title) if value in REPORTS else value

    def render_recipients(self, record: Schedule) -> str:
        return recipients_in_words(record)

    def render_next_run_at(self, value: Any, record: Schedule, column: Any) -> str:
        return MomentColumn.render(column, value) if record.is_active else "–"

    def render_state(self, value: str, record: Schedule) -> SafeString:
        state = format_html('<span class="state {}">{}</span>', TONES[record.state], value)
        if not (record.is_active and record.failures):
            return state
        failed = ngettext("failed %(count)s time", "failed %(count)s times", record.failures)
        return format_html(
            '{}<br><span class="warn">{}</span>', state, failed % {"count": record.failures}
        )


class DeliveryTable(ListTable):
    """What a schedule sent, to whom and when: newest day first."""

    caption = gettext_lazy("What was sent, newest first")

    day = tables.DateColumn(short=True, verbose_name=gettext_lazy("Day"))
    reader = tables.Column(verbose_name=gettext_lazy("Reader"))
    state = tables.TemplateColumn(
        template_name="backoffice/parts/delivery_state.html", verbose_name=gettext_lazy("State")
    )
    done_at = MomentColumn(verbose_name=gettext_lazy("Made"))
    mail = MomentColumn(accessor="mail__sent_at", verbose_name=gettext_lazy("Mailed"))
    snapshot = tables.TemplateColumn(
        template_name="backoffice/parts/delivery_figures.html",
        verbose_name=gettext_lazy("Figures"),
    )

    class Meta:
        model = ReportDelivery
        empty_text = gettext_lazy(
            "Nothing was sent yet. After the next run each reader's copy stands here."
        )
        fields = ["day", "reader", "state", "done_at", "mail", "snapshot"]
        orderable = False

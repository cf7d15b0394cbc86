"""A schedule in words: what it asks, and whom it writes to; in the active language."""

from __future__ import annotations

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from backoffice.models import Schedule
from backoffice.reports.definitions import REPORTS
from backoffice.reports.filters import filter_in_words
from backoffice.reports.periods import Preset
from backoffice.reports.query import Compare
from stores.models import Role

MOST_NAMES = 3
READERS = {
    Role.MANAGER: gettext_lazy("Every store manager: their own stores"),
    Role.HEAD_OFFICE: gettext_lazy("Head office: all places"),
    Role.LOGISTICS: gettext_lazy("Logistics: their places"),
    Role.AUDITOR: gettext_lazy("Auditors: all places"),
}


def question_in_words(schedule: Schedule) -> list[tuple[str, str]]:
    """Labels and values of what it asks, without what is not set."""
    definition, asked = REPORTS[schedule.report], schedule.query
    lines = []
    if definition.has_period:
        lines.append((_("Days that it counts"), str(Preset(asked["period"]).label)))
    if asked.get("compare", Compare.NONE) != Compare.NONE:
        lines.append((_("Compared with"), str(Compare(asked["compare"]).label)))
    groups = [asked.get("group_by"), asked.get("then_by")]
    names = [str(definition.groupings.get(name, name)) for name in groups if name]
    if names and len(definition.groupings) > 1:
        lines.append((_("Grouped by"), ", ".join(names)))
    filters = asked.get("filters", {}).items()
    return lines + [filter_in_words(definition, name, tuple(v)) for name, v in filters if v]


def recipients_in_words(schedule: Schedule) -> str:
    """Such as `Every store manager: their own stores · Ana, Zoé and 3 more people`."""
    recipients = list(schedule.recipients.all())
    words = [str(READERS[Role(r.role)]) for r in recipients if r.role]
    people = [str(r.person) for r in recipients if r.person]
    more = len(people) - MOST_NAMES
    if more > 0:
        others = ngettext("%(count)s more person", "%(count)s more people", more) % {"count": more}
        people = [*people[:MOST_NAMES], others]
    return " · ".join([*words, get_text_list(people, _("and"))] if people else words)

"""What a snapshot says of itself: period, filters, places, when and by whom; in the active language."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.lib.links import full_url
from backoffice.models import Snapshot
from backoffice.reports.definitions import REPORTS
from backoffice.reports.filters import filter_in_words
from backoffice.reports.query import Query
from backoffice.templatetags.figures import period

MOST_PLACES = 12


def about(snapshot: Snapshot) -> list[tuple[str, str]]:
    """Labels and their values, in the order in which they are read."""
    definition, query = REPORTS[snapshot.report], Query.from_json(snapshot.query)
    lines = [(_("Period"), period(query.days))] if definition.has_period else []
    if query.days_before:
        lines.append((_("Compared with"), period(query.days_before)))
    if groups := groups_in_words(snapshot):
        lines.append((_("Grouped by"), groups))
    lines += [
        filter_in_words(definition, name, values)
        for name, values in query.filters
        if name != "store"
    ]
    lines.append((_("Places"), places_in_words(snapshot)))
    moment = date_format(timezone.localtime(snapshot.made_at), "DATETIME_FORMAT")
    lines.append((_("Figures as of"), moment))
    if snapshot.made_by:
        lines.append((_("Made by"), str(snapshot.made_by)))
    return lines


def link_to(snapshot: Snapshot) -> str:
    """The page with the same figures, as a file or mail needs it."""
    return full_url("backoffice:snapshot_detail", snapshot.pk)


def places_in_words(snapshot: Snapshot) -> str:
    names: list[str] = snapshot.place_names
    more = len(names) - MOST_PLACES
    if more <= 0:
        return ", ".join(names)
    listed = ", ".join(names[:MOST_PLACES])
    words = ngettext("%(named)s and %(more)s more", "%(named)s and %(more)s more", more)
    return words % {"named": listed, "more": more}


def groups_in_words(snapshot: Snapshot) -> str:
    definition, query = REPORTS[snapshot.report], Query.from_json(snapshot.query)
    if len(definition.groupings) < 2:
        return ""
    return ", ".join(str(definition.groupings.get(name, name)) for name in query.groups)

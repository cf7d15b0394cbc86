"""What a template says of a stored report."""

from django import template

from backoffice.models import Snapshot
from backoffice.reports.definition import Definition
from backoffice.reports.definitions import REPORTS
from backoffice.reports.periods import Days
from backoffice.reports.query import Query

register = template.Library()


@register.filter
def definition(snapshot: Snapshot) -> Definition:
    return REPORTS[snapshot.report]


@register.filter
def snapshot_days(snapshot: Snapshot) -> Days:
    return Query.from_json(snapshot.query).days

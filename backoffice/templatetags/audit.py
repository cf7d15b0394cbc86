"""The last entries of the audit trail about a thing, on the thing's own page."""

from typing import Any

from django import template
from django.db.models import Model

from backoffice.audit.words import told, with_people
from stores.models import AuditEntry, Location, Role, User
from stores.rights import holds_company_wide

register = template.Library()
SHOWN = 8


@register.inclusion_tag("backoffice/parts/audit_history.html")
def history_of(thing: Model, user: User, place: Location | None = None) -> dict[str, Any]:
    """What was changed of a thing and its parts; of the entries of one `place`, where one is named."""
    entries = AuditEntry.objects.about(thing)
    if place is not None:
        entries = entries.filter(location=place)
    shown = list(with_people(entries.newest_first())[:SHOWN])
    return {
        "rows": told(shown, user),
        **audit_link(thing, user),
    }


@register.inclusion_tag("backoffice/parts/audit_link.html")
def audit_link(thing: Model, user: User) -> dict[str, Any]:
    """The way to all that was changed of a thing, for those who read the trail."""
    return {
        "thing": f"{thing._meta.db_table}-{thing.pk}",
        "may_see_all": holds_company_wide(user, Role.HEAD_OFFICE, reading=True),
    }

"""What the audit trail holds."""

from typing import Any

from stores.models import AuditEntry


def entries(**what: Any) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(**what).order_by("pk"))


def last() -> AuditEntry:
    return AuditEntry.objects.order_by("-pk")[0]

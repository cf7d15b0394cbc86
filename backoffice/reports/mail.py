"""How a consolidated report is told by mail; the reader's language must be active."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.lib.links import full_url
from backoffice.reports.rows import ConsolidatedReport
from backoffice.reports.sheets import report_file
from backoffice.templatetags.comptoir import money
from stores.actions.mail import Attachment

FILES = ("xlsx", "stores", "products")


def mail_context(
    report: ConsolidatedReport, snapshot_id: int, *, is_yesterday: bool
) -> dict[str, Any]:
    return {
        "report": report,
        "is_yesterday": is_yesterday,
        "headline": headline(report),
        "link": full_url("backoffice:snapshot_detail", snapshot_id),
        "product_count": len(report.products),
    }


def mail_attachments(report: ConsolidatedReport) -> list[Attachment]:
    return [Attachment(*report_file(report, wanted)) for wanted in FILES]


def headline(report: ConsolidatedReport) -> str:
    """The figure and whose it is, such as `€12,345.67 in 5 stores`."""
    revenue = money(report.total.revenue)
    if len(report.stores) == 1:
        return _("%(revenue)s in %(store)s") % {
            "revenue": revenue,
            "store": report.stores[0].name,
        }
    text = ngettext(
        "%(revenue)s in %(count)s store", "%(revenue)s in %(count)s stores", report.store_count
    )
    if any(row.figures.revenue for row in report.stores if not row.is_store):
        text = ngettext(
            "%(revenue)s in %(count)s store and online",
            "%(revenue)s in %(count)s stores and online",
            report.store_count,
        )
    return text % {"revenue": revenue, "count": report.store_count}

"""A consolidated report as tables of typed cells: what files hold, and what pages and mails show."""

from __future__ import annotations

from django.utils.translation import gettext as _

from backoffice.lib.export import CSV_TYPE, XLSX_TYPE, Cell, Sheet, csv_bytes, xlsx_bytes
from backoffice.lib.house import house
from backoffice.reports.rows import ConsolidatedReport, Figures

CSV_TABLES = ("stores", "products", "best")


def report_file(report: ConsolidatedReport, wanted: str) -> tuple[str, str, bytes]:
    """Name, content type and content of the whole report (`xlsx`) or of one of its `CSV_TABLES`."""
    name = f"comptoir-{report.days.first}-{report.days.last}"
    if wanted == "xlsx":
        sheets = [stores(report), products(report), best(report), about(report)]
        return f"{name}.xlsx", XLSX_TYPE, xlsx_bytes(sheets)
    table = {"stores": stores, "products": products, "best": best}[wanted]
    return f"{name}-{wanted}.csv", CSV_TYPE, csv_bytes(table(report))


def stores(report: ConsolidatedReport) -> Sheet:
    heading = [
        _("Store"),
        _("Code"),
        _money(_("Revenue")),
        _money(_("Revenue before")),
        _money(_("Change")),
        _("Change in %"),
        _("Tickets"),
        _money(_("Average ticket")),
        _("Units"),
        _("Stock now, units"),
        _money(_("Stock now, at cost")),
        _("Open orders"),
        _money(_("Open orders, value")),
    ]
    rows = [[row.name, row.code, *_cells(row.figures)] for row in report.stores]
    return Sheet(_("Stores"), heading, [*rows, [_("Total"), "", *_cells(report.total)]])


def _cells(figures: Figures) -> list[Cell]:
    trend = figures.revenue_trend
    return [
        figures.revenue,
        figures.revenue_before,
        trend.change,
        trend.percent,
        figures.tickets,
        figures.average_ticket,
        figures.units,
        figures.stock_units,
        figures.stock_value,
        figures.open_orders,
        figures.open_orders_value,
    ]


def products(report: ConsolidatedReport) -> Sheet:
    heading = [_("Product"), _("Code"), _("Units"), _money(_("Revenue")), _("Stock now, units")]
    rows: list[list[Cell]] = [
        [row.name, row.code, row.units, row.revenue, row.stock] for row in report.products
    ]
    return Sheet(_("Products"), heading, rows)


def best(report: ConsolidatedReport) -> Sheet:
    heading = [_("Rank"), _("Product"), _("Code"), _("Units"), _money(_("Revenue"))]
    rows: list[list[Cell]] = [
        [row.rank, row.name, row.code, row.units, row.revenue] for row in report.best
    ]
    return Sheet(_("Best products"), heading, rows)


def about(report: ConsolidatedReport) -> Sheet:
    """What was counted, from when to when, and when it was."""
    rows: list[list[Cell]] = [
        [_("Sales"), report.days.first, report.days.last],
        [_("Compared with"), report.before.first, report.before.last],
        [_("Best products"), report.best_days.first, report.best_days.last],
        [_("Counted (UTC)"), f"{report.made_at:%Y-%m-%d %H:%M:%S}", None],
    ]
    return Sheet(_("About"), ["", _("From"), _("To")], rows)


def _money(label: str) -> str:
    return f"{label} ({house().currency})"

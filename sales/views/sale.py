from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from backoffice.lib.lists import list_page
from backoffice.lib.money import ZERO
from sales.filters import ChainSaleFilter, SaleFilter
from sales.models import Sale, SaleLine
from sales.tables import ChainSaleTable, SaleTable
from stores.models import Company, Location, Role
from stores.rights import StaffRequest, holds_at, staff, staff_at


@dataclass
class TaxShare:
    """What one tax rate has of a receipt."""

    rate: Decimal
    net: Decimal = ZERO
    tax: Decimal = ZERO


@require_GET
@staff_at(Role.CLERK)
def receipt(request: StaffRequest, pk: int) -> HttpResponse:
    sales = Sale.objects.filter(location=request.location).select_related("location", "by")
    sale = get_object_or_404(sales, pk=pk)
    lines, tenders = list(sale.lines.all()), list(sale.tenders.all())
    may_sell = holds_at(request.user, sale.location, Role.CLERK)
    has_till = sale.location.kind == Location.Kind.STORE
    context = {
        "sale": sale,
        "lines": lines,
        "tenders": tenders,
        "change": sum((tender.change for tender in tenders), ZERO),
        "taxes": taxes_of(lines),
        "company": Company.objects.get(pk=1),
        "sell_url": reverse("sales:sell", args=[sale.location.code])
        if may_sell and has_till
        else "",
    }
    return render(request, "sales/sale_receipt.html", context)


def taxes_of(lines: list[SaleLine]) -> list[TaxShare]:
    """Net and tax by rate, lowest rate first."""
    shares: dict[Decimal, TaxShare] = {}
    for line in lines:
        share = shares.setdefault(line.tax_rate, TaxShare(line.tax_rate))
        share.net += line.total - line.tax
        share.tax += line.tax
    return [shares[rate] for rate in sorted(shares)]


@require_GET
@staff_at(Role.CLERK)
def store_sales(request: StaffRequest) -> HttpResponseBase:
    """The receipts of one place."""
    here = Sale.objects.filter(location=request.location).select_related("location", "by")
    filterset = SaleFilter(request.GET, queryset=here)
    return _list(request, filterset, SaleTable(filterset.qs))


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def sale_list(request: StaffRequest) -> HttpResponseBase:
    """The receipts of all places."""
    everywhere = Sale.objects.within(request.locations).select_related("location", "by")
    filterset = ChainSaleFilter(request.GET, queryset=everywhere)
    return _list(request, filterset, ChainSaleTable(filterset.qs))


def _list(request: StaffRequest, filterset: SaleFilter, table: SaleTable) -> HttpResponseBase:
    template = "sales/sale_list.html"
    return list_page(request, template, filterset, table, part="sale-table", context={})

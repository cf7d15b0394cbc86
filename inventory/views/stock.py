from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.lib.lists import export_links, export_table, list_page
from inventory.actions.policy import set_thresholds
from inventory.filters.stock import MovementFilter, StockOverviewFilter, StoreStockFilter
from inventory.forms.restock import ids_from
from inventory.forms.stock import ThresholdForm
from inventory.models import Sku, StockLevel, StockMovement
from inventory.models.stock import StockMovementQuerySet
from inventory.queries.ledger import held_at, kinds_of_movement, ledger_rows, recent_movements
from inventory.queries.policies import figures_at
from inventory.queries.stock import available_elsewhere, levels_at, skus_with_levels
from inventory.queries.transfers import TransferPages, coming_to
from inventory.tables.stock import MovementTable, StockOverviewTable, StoreStockTable, status_of
from stores.models import Location, Role
from stores.navigation import url_or_none
from stores.rights import StaffRequest, holds_at, staff, staff_at

MOST_PLACES = 30  # columns of the matrix


@require_GET
@staff_at()
def store_stock(request: StaffRequest) -> HttpResponseBase:
    """What the place has of each SKU; those chosen go into a restock request."""
    place = request.location
    filterset = StoreStockFilter(request.GET, queryset=levels_at(place))
    ask = _asking(request, place)
    table = StoreStockTable(filterset.qs, place=place, may_ask=bool(ask))
    context = {
        "place": place,
        "ask": ask,
        "may_adjust": holds_at(request.user, place, adjusting_role(place)),
    }
    return list_page(
        request,
        "inventory/store_stock.html",
        filterset,
        table,
        part="stock-table",
        context=context,
    )


@require_GET
@staff_at()
def stock_movements(request: StaffRequest, sku_id: int) -> HttpResponse:
    """Why the place has what it has of one SKU; its manager sets the reorder point there."""
    pages = TransferPages(request.user, request.location)
    template = "inventory/stock_movements.html"
    return _movements_page(request, request.location, sku_id, template, pages)


@require_GET
@staff(Role.HEAD_OFFICE, Role.LOGISTICS)
def office_movements(request: StaffRequest, sku_id: int, code: str) -> HttpResponse:
    """The same, seen from head office."""
    place = get_object_or_404(request.locations, code=code)
    pages = TransferPages(request.user)
    return _movements_page(request, place, sku_id, "inventory/office_movements.html", pages)


def _movements_page(
    request: StaffRequest, place: Location, sku_id: int, template: str, pages: TransferPages
) -> HttpResponse:
    sku = get_object_or_404(Sku.objects.select_related("product__category"), pk=sku_id)
    level = StockLevel.objects.at(place).filter(sku=sku).first() or StockLevel(
        location=place, sku=sku
    )
    may_set = holds_at(request.user, place, adjusting_role(place))
    kinds = kinds_of_movement(sku, place)
    before, total = _before(request), sum(kind.change for kind in kinds)
    rows, older = ledger_rows(sku, place, before=before, total=total, reader=request.user)
    context = {
        "place": place,
        "sku": sku,
        "level": level,
        "status": status_of(level),
        "rows": rows,
        "older": older,
        "is_first": before is None,
        "kinds": kinds,
        "held": held_at(sku, place, reader=request.user),
        "coming": coming_to(sku, place, pages=pages) if level.incoming else [],
        "elsewhere": available_elsewhere(sku, place),
        "may_set": may_set,
        "may_adjust": may_set,
        "ask": _asking(request, place),
        "form": ThresholdForm(figures=figures_at(sku, place)),
    }
    return render_page(request, template, context, parts=("sku-movements", "sku-thresholds"))


@require_http_methods(["GET", "POST"])
@staff_at(Role.MANAGER, Role.LOGISTICS, writing=True)
def stock_thresholds(request: StaffRequest, sku_id: int) -> HttpResponse:
    """When the place runs low of a SKU, and how much it wants to have."""
    place = request.location
    require_adjusting(request)
    sku = get_object_or_404(Sku.objects.select_related("product"), pk=sku_id)
    form = ThresholdForm(request.POST or None, figures=figures_at(sku, place))
    if form.is_valid():
        try:
            set_thresholds(place, sku_id, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Reorder point, target and maximum are set."))
            return redirect("inventory:stock_movements", code=place.code, sku_id=sku_id)
    context = {"place": place, "sku": sku, "form": form, "may_set": True}
    return render_page(
        request,
        "inventory/stock_thresholds.html",
        context,
        parts=("sku-thresholds",),
        status=422 if form.is_bound else 200,
    )


@require_GET
@staff(Role.HEAD_OFFICE, Role.LOGISTICS)
def stock_overview(request: StaffRequest) -> HttpResponseBase:
    """SKUs against places: what each has on hand."""
    every = list(request.locations.active().order_by("-kind", "name"))
    chosen = set(ids_from(request.GET.getlist("place")))
    places = ([place for place in every if place.pk in chosen] or every)[:MOST_PLACES]
    filterset = StockOverviewFilter(request.GET, queryset=skus_with_levels(places))
    table = StockOverviewTable(filterset.qs, places=places)
    choice = every if len(every) > MOST_PLACES else []
    context = {"places": choice, "shown": places, "count": len(every)}
    return list_page(
        request,
        "inventory/stock_overview.html",
        filterset,
        table,
        part="overview-table",
        context=context,
    )


@require_GET
@staff(Role.HEAD_OFFICE, Role.LOGISTICS)
def movement_list(request: StaffRequest) -> HttpResponseBase:
    """The ledger, newest first."""
    filterset = MovementFilter(request.GET, queryset=_visible_movements(request))
    filterset.form.fields["place"].queryset = request.locations.kept()
    movements = filterset.qs
    if request.GET.get("export") == "csv":
        related = ("sku__product", "source", "destination", "by")
        table = MovementTable(movements.select_related(*related).order_by("-pk"))
        return export_table(request, table, "csv")
    before = _before(request)
    codes = dict(request.locations.values_list("pk", "code"))
    rows, older = recent_movements(movements, before=before, reader=request.user, codes=codes)
    context = {
        "filter": filterset,
        "rows": rows,
        "older": older,
        "is_first": before is None,
        "exports": export_links(request, ["csv"]),
    }
    return render_page(request, "inventory/movement_list.html", context, parts=("movement-table",))


def _visible_movements(request: StaffRequest) -> StockMovementQuerySet:
    """All movements for those who see every place, else those of the reader's places."""
    movements = StockMovement.objects.all()
    if not Location.objects.inner().exclude(pk__in=request.locations).exists():
        return movements
    return movements.within(request.locations)


def adjusting_role(place: Location) -> Role:
    """Who puts stock right at a place: its manager, or logistics at a warehouse."""
    return Role.MANAGER if place.kind == Location.Kind.STORE else Role.LOGISTICS


def require_adjusting(request: StaffRequest) -> None:
    """Refuse whoever doesn't put stock right at the place that is open."""
    if not holds_at(request.user, request.location, adjusting_role(request.location)):
        raise PermissionDenied


def _asking(request: StaffRequest, place: Location) -> str | None:
    """Where the reader asks for goods for this place, if they may."""
    if place.kind != Location.Kind.STORE or not holds_at(request.user, place, Role.CLERK):
        return None
    return url_or_none("inventory:restock_new", place.code)


def _before(request: HttpRequest) -> int | None:
    """The movement that the page begins under; a senseless one is none."""
    [*_rest, before] = [0, *ids_from(request.GET.getlist("before"))]
    return before or None

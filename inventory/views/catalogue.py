from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page, wanted_part
from backoffice.lib.lists import list_page, turn_to_page
from inventory.actions.catalogue import (
    add_barcode,
    add_sku,
    change_category,
    change_product,
    change_sku,
    create_category,
    create_product,
    remove_barcode,
)
from inventory.filters.catalogue import ProductFilter
from inventory.forms.catalogue import (
    BarcodeForm,
    CategoryForm,
    DescriptionForm,
    EditSkuForm,
    NameForm,
    NewProductForm,
    NewSkuForm,
    PriceForm,
    ProductForm,
)
from inventory.models import Barcode, CatalogueChange, Category, Product, Sku
from inventory.queries.catalogue import products_with_figures, stock_of
from inventory.tables.catalogue import CategoryTable, ProductTable
from stores.models import Role
from stores.rights import StaffRequest, holds, staff

EDITABLE_PARTS = ("product-head", "product-description", "product-skus")
RECENT = 20  # changes shown under a product


@dataclass(frozen=True)
class Editing:
    """What of a product is being changed in its place: the form, and the SKU if it is a price."""

    what: str
    form: forms.Form
    sku_id: int | None = None


@require_GET
@staff(Role.HEAD_OFFICE, Role.LOGISTICS)
def product_list(request: StaffRequest) -> HttpResponseBase:
    filterset = ProductFilter(request.GET, queryset=products_with_figures())
    may_write = holds(request.user, Role.HEAD_OFFICE)
    table = ProductTable(filterset.qs, may_write=may_write)
    return list_page(
        request,
        "inventory/product_list.html",
        filterset,
        table,
        part="product-table",
        context={
            "may_write": may_write,
            "sees_categories": holds(request.user, Role.HEAD_OFFICE, reading=True),
        },
    )


@require_GET
@staff(Role.HEAD_OFFICE, Role.LOGISTICS)
def product_detail(request: StaffRequest, pk: int) -> HttpResponse:
    product = get_object_or_404(Product.objects.select_related("category", "tax_rate"), pk=pk)
    response = _product_page(request, product)
    if wanted_part(request, EDITABLE_PARTS):
        trigger_client_event(response, "product-changed")
    return response


@require_http_methods(["GET", "POST"])
@staff(Role.HEAD_OFFICE, writing=True)
def product_name(request: StaffRequest, pk: int) -> HttpResponse:
    product = get_object_or_404(Product.objects.select_related("category", "tax_rate"), pk=pk)
    form = NameForm(request.POST or None, initial={"name": product.name})
    if form.is_valid():
        change_product(pk, name=form.cleaned_data["name"], by=request.user)
        messages.success(request, _("The name is changed."))
        return redirect("inventory:product_detail", pk=pk)
    return _product_page(request, product, Editing("name", form))


@require_http_methods(["GET", "POST"])
@staff(Role.HEAD_OFFICE, writing=True)
def product_description(request: StaffRequest, pk: int) -> HttpResponse:
    product = get_object_or_404(Product.objects.select_related("category", "tax_rate"), pk=pk)
    form = DescriptionForm(request.POST or None, initial={"description": product.description})
    if form.is_valid():
        change_product(pk, description=form.cleaned_data["description"], by=request.user)
        messages.success(request, _("The description is changed."))
        return redirect("inventory:product_detail", pk=pk)
    return _product_page(request, product, Editing("description", form))


@require_http_methods(["GET", "POST"])
@staff(Role.HEAD_OFFICE, writing=True)
def sku_price(request: StaffRequest, pk: int) -> HttpResponse:
    skus = Sku.objects.select_related("product__category", "product__tax_rate")
    sku = get_object_or_404(skus, pk=pk)
    form = PriceForm(request.POST or None, initial={"price": sku.price})
    if form.is_valid():
        change_sku(pk, price=form.cleaned_data["price"], by=request.user)
        messages.success(request, _("The price of %(sku)s is changed.") % {"sku": sku})
        return redirect("inventory:product_detail", pk=sku.product_id)
    return _product_page(request, sku.product, Editing("price", form, sku.pk))


def _product_page(
    request: StaffRequest, product: Product, editing: Editing | None = None
) -> HttpResponse:
    skus = list(product.skus.prefetch_related("barcodes").order_by("variant", "pk"))
    context = {
        "product": product,
        "skus": skus,
        "editing": editing,
        "may_write": holds(request.user, Role.HEAD_OFFICE),
        "stock": partial(stock_of, skus, request.locations.active()),
        "changes": partial(_recent_changes, product),
    }
    parts = (*EDITABLE_PARTS, "product-history")
    refused = editing is not None and editing.form.is_bound
    return render_page(
        request,
        "inventory/product_detail.html",
        context,
        parts=parts,
        status=422 if refused else 200,
    )


def _recent_changes(product: Product) -> list[CatalogueChange]:
    return list(product.changes.select_related("by", "sku")[:RECENT])


@require_http_methods(["GET", "POST"])
@staff(Role.HEAD_OFFICE, writing=True)
def product_new(request: StaffRequest) -> HttpResponse:
    form = NewProductForm(request.POST or None)
    if form.is_valid():
        names = ("name", "category", "tax_rate", "description")
        given = {name: form.cleaned_data[name] for name in names}
        try:
            product = create_product(sku=form.new_sku(), by=request.user, **given)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(product)s is on sale.") % {"product": product})
            return redirect("inventory:product_detail", pk=product.pk)
    context = {"form": form}
    return _form_page(request, "inventory/product_new.html", form, context)


@require_http_methods(["GET", "POST"])
@staff(Role.HEAD_OFFICE, writing=True)
def product_edit(request: StaffRequest, pk: int) -> HttpResponse:
    product = get_object_or_404(Product, pk=pk)
    form = ProductForm.of(product, request.POST or None)
    if form.is_valid():
        change_product(pk, by=request.user, **form.cleaned_data)
        messages.success(request, _("The product is changed."))
        return redirect("inventory:product_detail", pk=pk)
    context = {"form": form, "product": product}
    return _form_page(request, "inventory/product_edit.html", form, context)


@require_http_methods(["GET", "POST"])
@staff(Role.HEAD_OFFICE, writing=True)
def sku_new(request: StaffRequest, pk: int) -> HttpResponse:
    product = get_object_or_404(Product, pk=pk)
    form = NewSkuForm(request.POST or None)
    if form.is_valid():
        try:
            sku = add_sku(product, form.new_sku(), by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(sku)s is on sale.") % {"sku": sku})
            return redirect("inventory:product_detail", pk=pk)
    context = {"form": form, "product": product}
    return _form_page(request, "inventory/sku_new.html", form, context)


@require_http_methods(["GET", "POST"])
@staff(Role.HEAD_OFFICE, writing=True)
def sku_edit(request: StaffRequest, pk: int) -> HttpResponse:
    sku = get_object_or_404(Sku.objects.select_related("product"), pk=pk)
    form = EditSkuForm.of(sku, request.POST or None)
    if form.is_valid():
        try:
            change_sku(pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("%(sku)s is changed.") % {"sku": sku})
            return redirect("inventory:product_detail", pk=sku.product_id)
    context = {"form": form, "sku": sku, "barcode_form": BarcodeForm()}
    return _form_page(request, "inventory/sku_edit.html", form, context)


@require_POST
@staff(Role.HEAD_OFFICE)
def barcode_new(request: StaffRequest, pk: int) -> HttpResponse:
    sku = get_object_or_404(Sku.objects.select_related("product"), pk=pk)
    form = BarcodeForm(request.POST)
    if form.is_valid():
        try:
            add_barcode(
                pk, form.cleaned_data["code"], units=form.cleaned_data["units"], by=request.user
            )
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            messages.success(request, _("The barcode is added."))
            return redirect("inventory:sku_edit", pk=pk)
    context = {"form": EditSkuForm.of(sku, None), "sku": sku, "barcode_form": form}
    return render_page(request, "inventory/sku_edit.html", context, status=422)


@require_POST
@staff(Role.HEAD_OFFICE)
def barcode_remove(request: StaffRequest, pk: int) -> HttpResponse:
    barcode = get_object_or_404(Barcode, pk=pk)
    remove_barcode(pk, by=request.user)
    messages.success(request, _("Barcode %(code)s is removed.") % {"code": barcode})
    return redirect("inventory:sku_edit", pk=barcode.sku_id)


@require_GET
@staff(Role.HEAD_OFFICE)
def category_list(request: StaffRequest) -> HttpResponse:
    may_write = holds(request.user, Role.HEAD_OFFICE)
    categories = Category.objects.annotate(product_count=Count("products"))
    table = CategoryTable(categories, may_write=may_write)
    turn_to_page(request, table, per_page=50)
    context = {"table": table, "may_write": may_write}
    return render_page(request, "inventory/category_list.html", context, parts=("category-table",))


@require_http_methods(["GET", "POST"])
@staff(Role.HEAD_OFFICE, writing=True)
def category_new(request: StaffRequest) -> HttpResponse:
    form = CategoryForm(request.POST or None)
    if form.is_valid():
        try:
            category = create_category(by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("%(name)s is added.") % {"name": category})
            return redirect("inventory:category_list")
    return _form_page(request, "inventory/category_new.html", form, {"form": form})


@require_http_methods(["GET", "POST"])
@staff(Role.HEAD_OFFICE, writing=True)
def category_edit(request: StaffRequest, pk: int) -> HttpResponse:
    category = get_object_or_404(Category, pk=pk)
    now = {"name": category.name, "position": category.position}
    form = CategoryForm(request.POST or None, initial=now)
    if form.is_valid():
        try:
            change_category(pk, by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("The category is changed."))
            return redirect("inventory:category_list")
    context = {"form": form, "category": category}
    return _form_page(request, "inventory/category_edit.html", form, context)


def _form_page(
    request: StaffRequest, template: str, form: forms.Form, context: dict[str, Any]
) -> HttpResponse:
    return render_page(request, template, context, status=422 if form.is_bound else 200)

"""What a store does with a request that it made: take it back, ask the same again, keep it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backoffice.lib.errors import DomainError
from inventory.actions.restock_asking import withdraw_restock
from inventory.actions.restock_draft import add_to_draft
from inventory.actions.restock_templates import save_template
from inventory.forms.restock_draft import TemplateForm
from inventory.views.restock_draft import draft_address, told_added
from inventory.views.store_restock import requests_of
from stores.models import Role
from stores.rights import StaffRequest, staff_at


@require_POST
@staff_at(Role.CLERK)
def store_restock_withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    """Take a request back that nobody has decided."""
    restock = get_object_or_404(requests_of(request), pk=pk)
    try:
        withdraw_restock(restock.pk, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(request)s withdrawn.") % {"request": restock})
    return redirect("inventory:store_restock_detail", restock.store.code, pk)


@require_POST
@staff_at(Role.CLERK)
def store_restock_again(request: StaffRequest, pk: int) -> HttpResponse:
    """Put the lines of an earlier request into the draft."""
    restock = get_object_or_404(requests_of(request), pk=pk)
    on_sale = restock.lines.filter(sku__is_active=True, sku__product__is_active=True)
    try:
        wanted = dict(on_sale.values_list("sku_id", "asked"))
        added = add_to_draft(restock.store, restock.warehouse, wanted, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("inventory:store_restock_detail", restock.store.code, pk)
    messages.success(request, told_added(added))
    return redirect(draft_address(restock.store, restock.warehouse))


@require_POST
@staff_at(Role.CLERK)
def store_restock_keep(request: StaffRequest, pk: int) -> HttpResponse:
    """Keep the lines of a request as a template."""
    restock = get_object_or_404(requests_of(request), pk=pk)
    form = TemplateForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["name"])))
        return redirect("inventory:store_restock_detail", restock.store.code, pk)
    try:
        template = save_template(restock, name=form.cleaned_data["name"], by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("inventory:store_restock_detail", restock.store.code, pk)
    messages.success(request, _("Kept as “%(name)s”.") % {"name": template.name})
    return redirect("inventory:restock_templates", restock.store.code)

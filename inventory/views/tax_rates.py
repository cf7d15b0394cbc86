"""Tax rates, which administrators add, rename and end; head office's settings list them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.actions.tax_rates import (
    add_tax_rate,
    change_tax_rate,
    end_tax_rate,
    take_up_tax_rate,
)
from inventory.forms.tax_rates import EndTaxRateForm, NewTaxRateForm, TaxRateForm
from inventory.models import TaxRate
from inventory.queries.tax_rates import rates_in_use
from stores.models import Role
from stores.navigation import url_or_none
from stores.rights import StaffRequest, staff


def _settings() -> str:
    return f"{url_or_none('backoffice:settings')}#tax"


@require_http_methods(["GET", "POST"])
@staff(Role.ADMIN, writing=True)
def tax_rate_new(request: StaffRequest) -> HttpResponse:
    form = NewTaxRateForm(request.POST or None)
    if form.is_valid():
        try:
            rate = add_tax_rate(**form.cleaned_data, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Products can take the rate “%(rate)s”.") % {"rate": rate})
            return redirect(_settings())
    context = {"form": form, "settings_url": _settings()}
    status = 422 if form.is_bound else 200
    return render_page(request, "inventory/tax_rate_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
@staff(Role.ADMIN, writing=True)
def tax_rate_edit(request: StaffRequest, pk: int) -> HttpResponse:
    rate = get_object_or_404(TaxRate, pk=pk)
    initial = {"name": rate.name, "is_usual": rate.is_usual}
    form = TaxRateForm(request.POST or None, initial=initial)
    if form.is_valid():
        try:
            change_tax_rate(pk, **form.cleaned_data, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The tax rate is saved."))
            return redirect(_settings())
    return _rate_page(request, rate, form, EndTaxRateForm(ended=rate))


@require_POST
@staff(Role.ADMIN)
def tax_rate_end(request: StaffRequest, pk: int) -> HttpResponse:
    rate = get_object_or_404(TaxRate, pk=pk)
    form = EndTaxRateForm(request.POST, ended=rate)
    if form.is_valid():
        try:
            moved = end_tax_rate(pk, instead=form.cleaned_data["instead"], by=request.user)
        except DomainError as error:
            form.add_error("instead", str(error))
        else:
            messages.success(request, _ended(rate, moved))
            return redirect(_settings())
    initial = {"name": rate.name, "is_usual": rate.is_usual}
    return _rate_page(request, rate, TaxRateForm(initial=initial), form)


@require_POST
@staff(Role.ADMIN)
def tax_rate_again(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer a rate that ended once more."""
    rate = get_object_or_404(TaxRate, pk=pk)
    try:
        take_up_tax_rate(pk, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("inventory:tax_rate_edit", pk=pk)
    messages.success(request, _("Products can take the rate “%(rate)s”.") % {"rate": rate})
    return redirect(_settings())


def _ended(rate: TaxRate, moved: int) -> str:
    words = ngettext(
        "“%(rate)s” is ended; %(moved)d product takes another rate now.",
        "“%(rate)s” is ended; %(moved)d products take another rate now.",
        moved,
    )
    return words % {"rate": rate, "moved": moved}


def _rate_page(
    request: StaffRequest, rate: TaxRate, form: TaxRateForm, ending: EndTaxRateForm
) -> HttpResponse:
    context = {
        "rate": rates_in_use().get(pk=rate.pk),
        "form": form,
        "ending": ending,
        "settings_url": _settings(),
    }
    status = 422 if form.is_bound or ending.is_bound else 200
    return render_page(request, "inventory/tax_rate_edit.html", context, status=status)

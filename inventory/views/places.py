"""Opening a store or a logistics centre, with a stock level of every SKU."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.actions.places import open_location
from stores.forms import NewLocationForm
from stores.models import Role
from stores.rights import StaffRequest, staff


@require_http_methods(["GET", "POST"])
@staff(Role.HEAD_OFFICE, company_wide=True, writing=True)
def location_new(request: StaffRequest) -> HttpResponse:
    form = NewLocationForm(request.POST or None)
    if form.is_valid():
        try:
            location = open_location(
                form.instance, opens_on=form.cleaned_data["opens_on"], by=request.user
            )
        except DomainError as error:
            form.add_error("code", str(error))
        else:
            text = _("%(place)s is open, with a stock level of 0 for every product.")
            if not location.is_active:
                text = _("%(place)s opens on its day, with a stock level of 0 for every product.")
            messages.success(request, text % {"place": location})
            return redirect("stores:location_list")
    status = 422 if form.is_bound else 200
    return render_page(request, "inventory/location_new.html", {"form": form}, status=status)

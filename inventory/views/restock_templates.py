"""The lists that a store asks for again and again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.actions.restock_templates import delete_template, rename_template
from inventory.forms.restock import ids_from
from inventory.forms.restock_draft import TemplateForm
from inventory.models import RestockTemplate
from inventory.queries.restock_draft import templates_of
from inventory.views.store_restock import own_store
from stores.models import Role
from stores.rights import StaffRequest, holds_at, staff_at


@require_http_methods(["GET", "POST"])
@staff_at(Role.CLERK)
def restock_templates(request: StaffRequest) -> HttpResponse:
    """The templates of this store: rename one, or delete it."""
    store = own_store(request)
    verb, _dash, text = request.POST.get("do", "").partition("-")
    error, template = "", None
    if verb in {"delete", "rename"}:
        (template_id,) = ids_from([text])
        mine = RestockTemplate.objects.filter(store=store)
        template = get_object_or_404(mine, pk=template_id)
        error = _delete(request, template) if verb == "delete" else _rename(request, template)
        if not error:
            return redirect("inventory:restock_templates", store.code)
    context = {
        "store": store,
        "templates": templates_of(store),
        "writes": holds_at(request.user, store, Role.CLERK),
        "refused": template,
        "typed": request.POST.get("name", ""),
        "error": error,
    }
    status = 422 if error else 200
    return render_page(request, "inventory/restock_templates.html", context, status=status)


def _delete(request: StaffRequest, template: RestockTemplate) -> str:
    name = template.name
    delete_template(template)
    messages.success(request, _("“%(name)s” deleted.") % {"name": name})
    return ""


def _rename(request: StaffRequest, template: RestockTemplate) -> str:
    """Give it the name that was typed; return why not."""
    form = TemplateForm(request.POST)
    if not form.is_valid():
        return " ".join(map(str, form.errors["name"]))
    try:
        rename_template(template, name=form.cleaned_data["name"])
    except DomainError as error:
        return str(error)
    messages.success(request, _("Renamed to “%(name)s”.") % {"name": template.name})
    return ""

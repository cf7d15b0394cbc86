"""The settings of the company: head office reads them, administrators change them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backoffice.actions.company import change_company
from backoffice.company.forms import SECTIONS, SectionForm
from backoffice.company.rows import rows_of
from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from inventory.queries.tax_rates import rates_in_use
from stores.models import Company, Role
from stores.rights import StaffRequest, holds_company_wide, staff


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def settings_page(request: StaffRequest) -> HttpResponse:
    return _page(request, Company.current(), refused=None)


@require_POST
@staff(Role.ADMIN)
def settings_save(request: StaffRequest, section: str) -> HttpResponse:
    """Save one section and leave the others as they are."""
    if section not in SECTIONS:
        raise Http404
    form = SECTIONS[section](request.POST, company=Company.current())
    if form.is_valid():
        try:
            change_company(form.values, shown=form.shown, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("“%(section)s” is saved.") % {"section": form.title})
            return redirect(reverse("backoffice:settings") + f"#{section}")
    company = Company.current()
    form.look_again(company)
    return _page(request, company, refused=form)


def _page(request: StaffRequest, company: Company, *, refused: SectionForm | None) -> HttpResponse:
    forms = [form(company=company) for form in SECTIONS.values()]
    if refused:
        forms = [refused if form.section == refused.section else form for form in forms]
    may_change = holds_company_wide(request.user, Role.ADMIN)
    context = {
        "company": company,
        "sections": forms,
        "facts": {} if may_change else {form.section: rows_of(form, company) for form in forms},
        "rates": rates_in_use(),
        "may_change": may_change,
    }
    status = 422 if refused else 200
    return render_page(request, "backoffice/company_settings.html", context, status=status)

"""The rules of automatic approval: the company's, and those of stores that have their own."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backoffice.lib.htmx import render_page
from inventory.actions.approval_rules import remove_approval_rule, set_approval_rule
from inventory.forms.rules import ApprovalRuleForm
from inventory.models import ApprovalRule, RuleChange
from inventory.queries.rules import DryRun, rules_by_place, try_rule
from stores.models import Location, Role
from stores.rights import StaffRequest, holds_company_wide, staff

CHANGES = 20  # shown, newest first


@require_http_methods(["GET", "POST"])
@staff(Role.HEAD_OFFICE, company_wide=True)
def approval_rules(request: StaffRequest) -> HttpResponse:
    """The company's rule, or with `?store=` that of a store: state it, try it, or take it away."""
    store = _store(request)
    rules = rules_by_place()
    rule = rules.get(store.pk if store else None)
    form = ApprovalRuleForm(
        request.POST if request.method == "POST" else None, initial=_initial(rule, rules.get(None))
    )
    if request.method == "POST" and request.POST.get("do") == "remove" and store:
        remove_approval_rule(store, by=request.user)
        messages.success(request, _("The company's rule holds for %(place)s.") % {"place": store})
        return redirect("inventory:approval_rules")
    tried: DryRun | None = None
    if form.is_valid():
        if request.POST.get("do") != "try":
            set_approval_rule(store, **form.stated(), by=request.user)
            messages.success(request, _("The rule is saved."))
            return redirect(_address(store))
        tried = try_rule(form.as_rule(store))
    status = 422 if form.is_bound and not tried else 200
    context = _context(request, store, rule, form) | {"tried": tried}
    parts = ("approval-rule",)
    return render_page(
        request, "inventory/approval_rules.html", context, parts=parts, status=status
    )


def _store(request: StaffRequest) -> Location | None:
    code = request.GET.get("store", "")
    return get_object_or_404(Location.objects.stores(), code=code) if code else None


def _address(store: Location | None) -> str:
    return reverse("inventory:approval_rules") + (f"?store={store.code}" if store else "")


def _initial(rule: ApprovalRule | None, of_company: ApprovalRule | None) -> dict[str, Any]:
    """A store's first rule starts as the company's."""
    shown = rule or of_company or ApprovalRule()
    return {
        "is_on": shown.is_on,
        "max_value": shown.max_value,
        "min_cover_days": shown.min_cover_days,
    }


def _context(
    request: StaffRequest, store: Location | None, rule: ApprovalRule | None, form: ApprovalRuleForm
) -> dict[str, Any]:
    own = ApprovalRule.objects.exclude(location=None).select_related("location")
    return {
        "store": store,
        "rule": rule,
        "form": form,
        "writes": holds_company_wide(request.user, Role.HEAD_OFFICE),
        "own_rules": own.order_by("location__name"),
        "stores": Location.objects.stores().active().exclude(pk__in=own.values("location")),
        "changes": RuleChange.objects.select_related("by", "location")[:CHANGES],
    }

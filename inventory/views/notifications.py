"""How one is told; and for head office, whether the mailer works and who is told of a place."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.lib.htmx import render_page
from inventory.actions.notifications import choose_notifications
from inventory.forms.alerts import NotificationForm
from inventory.models import AlertRun
from inventory.queries.mailer import alert_mails, kinds_of_runs, missed_runs
from inventory.queries.notifications import HOW_BY_CHOICE, Subject, choices_of, usual_hows
from stores.models import Company, Role
from stores.rights import StaffRequest, memberships_of, staff


@require_http_methods(["GET", "POST"])
@staff(Role.CLERK, Role.LOGISTICS, writing=True)
def notification_choices(request: StaffRequest) -> HttpResponse:
    chosen = choices_of([request.user.pk])
    usual = usual_hows(membership.role for membership in memberships_of(request.user))
    current = {
        subject: chosen.get((request.user.pk, subject), usual[subject]) for subject in Subject
    }
    form = NotificationForm(request.POST or None, chosen=current)
    if form.is_valid():
        choose_notifications(form.chosen(), by=request.user)
        messages.success(request, _("Your choice is saved."))
        return redirect("inventory:notification_choices")
    context = {"form": form, "by_choice": usual is HOW_BY_CHOICE}
    status = 422 if form.is_bound else 200
    return render_page(request, "inventory/notification_choices.html", context, status=status)


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def alert_mailer(request: StaffRequest) -> HttpResponse:
    """The last and next runs, what failed or was missed, and who was sent what."""
    context = {
        "kinds": kinds_of_runs(),
        "missed": missed_runs(),
        "runs": Paginator(AlertRun.objects.all(), 20).get_page(request.GET.get("page")),
        "mails": alert_mails()[:20],
        "company": Company.current(),
    }
    return render_page(request, "inventory/alert_mailer.html", context)

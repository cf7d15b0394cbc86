"""Every mail that was promised, and what became of it."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backoffice.filters import MailFilter
from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.lib.links import full_url
from backoffice.lib.lists import turn_to_page
from backoffice.tables import TONES, MailTable
from stores.actions.mail import MAX_ATTEMPTS, queue_mail, send_again
from stores.models import Mail, Role
from stores.rights import StaffRequest, holds_company_wide, staff


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def mail_list(request: StaffRequest) -> HttpResponse:
    filterset = MailFilter(request.GET, queryset=Mail.objects.defer("text", "html"))
    table = MailTable(filterset.qs)
    turn_to_page(request, table)
    context = {
        "filter": filterset,
        "table": table,
        "may_send": holds_company_wide(request.user, Role.HEAD_OFFICE),
    }
    return render_page(request, "backoffice/mail_list.html", context, parts=("mail-table",))


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def mail_detail(request: StaffRequest, pk: int) -> HttpResponse:
    mail = get_object_or_404(Mail.objects.select_related("reader").defer("html"), pk=pk)
    context = {
        "mail": mail,
        "tone": TONES[Mail.State(mail.state)],
        "attachments": list(mail.attachments.only("name", "mail_id")),
        "max_attempts": MAX_ATTEMPTS,
        "may_send": holds_company_wide(request.user, Role.HEAD_OFFICE),
    }
    return render_page(request, "backoffice/mail_detail.html", context)


@require_POST
@staff(Role.HEAD_OFFICE, company_wide=True)
def mail_again(request: StaffRequest, pk: int) -> HttpResponse:
    mail = get_object_or_404(Mail, pk=pk)
    try:
        send_again(mail.pk)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The mail waits for the next attempt, which is now."))
    return redirect("backoffice:mail_detail", pk=mail.pk)


@require_POST
@staff(Role.HEAD_OFFICE, company_wide=True)
def mail_trial(request: StaffRequest) -> HttpResponse:
    """Mail oneself, to see that mail works."""
    link = full_url("backoffice:mail_list")
    queue_mail(
        key=f"trial {uuid.uuid4()}", template="trial", to=request.user, context={"link": link}
    )
    messages.success(
        request, _("A trial mail to %(address)s is on its way.") % {"address": request.user.email}
    )
    if request.POST.get("from") == "settings":
        return redirect(reverse("backoffice:settings") + "#mail")
    return redirect("backoffice:mail_list")

"""The mailbox of a developer's machine: whatever the site sent, to whomever."""

import mimetypes

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET

from backoffice.lib.csp import OF_A_MAIL
from backoffice.lib.htmx import render_page
from backoffice.mailbox import ReceivedMail, received_mail, received_mails
from stores.rights import public


@public
@require_GET
def devmail_list(request: HttpRequest) -> HttpResponse:
    to = request.GET.get("to", "").strip()
    mails = Paginator(received_mails(settings.MAILBOX_DIR, to=to), 25)
    page = mails.get_page(request.GET.get("page"))
    context = {"page": page, "to": to}
    return render_page(request, "backoffice/devmail_list.html", context, parts=("mails",))


@public
@require_GET
def devmail_detail(request: HttpRequest, key: str) -> HttpResponse:
    return render_page(request, "backoffice/devmail_detail.html", {"mail": _mail_or_404(key)})


@public
@require_GET
@xframe_options_sameorigin
@csp_override(OF_A_MAIL)
def devmail_html(request: HttpRequest, key: str) -> HttpResponse:
    """The HTML of a mail, for the frame in its page; its links open in the whole window."""
    return HttpResponse(f'<base target="_top">{_mail_or_404(key).html}')


@public
@require_GET
def devmail_attachment(request: HttpRequest, key: str, number: int) -> HttpResponse:
    attachments = _mail_or_404(key).attachments
    if number >= len(attachments):
        raise Http404
    file = attachments[number]
    content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    headers = {"Content-Disposition": content_disposition_header(True, file.name) or ""}
    return HttpResponse(file.content, content_type=content_type, headers=headers)


def _mail_or_404(key: str) -> ReceivedMail:
    mail = received_mail(settings.MAILBOX_DIR, key)
    if mail is None:
        raise Http404
    return mail

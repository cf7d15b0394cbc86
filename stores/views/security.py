"""What keeps strangers out of one's own account: sessions, and the history of sign-ins."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from backoffice.lib.htmx import render_page
from stores.actions.sessions import end_session, sign_out_everywhere
from stores.actions.two_factor import recovery_codes_left
from stores.origin import origin_of
from stores.queries import open_sessions
from stores.rights import CustomerRequest, customer, needs_two_factor

SHOWN_EVENTS = 20


@require_GET
@customer
def security(request: CustomerRequest) -> HttpResponse:
    user = request.user
    context = {
        "sessions": open_sessions(user, here=request.session.session_key),
        "events": user.security_events.select_related("by").order_by("-pk")[:SHOWN_EVENTS],
        "required": needs_two_factor(user),
        "codes_left": recovery_codes_left(user) if user.two_factor_since else 0,
    }
    return render_page(request, "stores/security.html", context)


@require_POST
@customer
def session_end(request: CustomerRequest, handle: UUID) -> HttpResponse:
    """End one of one's own sessions; the one that asks for it signs out."""
    session = get_object_or_404(request.user.sessions, handle=handle)
    end_session(session.handle, origin=origin_of(request), by=request.user)
    if session.pk == request.session.session_key:
        logout(request)
        return redirect("account_login")
    messages.success(request, _("This session has ended."))
    return redirect("stores:security")


@require_POST
@customer
def sessions_end(request: CustomerRequest) -> HttpResponse:
    """Sign out everywhere else."""
    here = request.session.session_key
    ended = sign_out_everywhere(request.user, but=here, origin=origin_of(request), by=request.user)
    text = ngettext("%(count)s session has ended.", "%(count)s sessions have ended.", ended)
    messages.success(request, text % {"count": ended})
    return redirect("stores:security")

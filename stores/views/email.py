"""Another e-mail for one's own account."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from stores.actions.email import ask_for_email, change_email, email_asked_for
from stores.actions.sign_in import check_password_again
from stores.forms import EmailForm
from stores.origin import origin_of
from stores.rights import CustomerRequest, customer, public


@require_http_methods(["GET", "POST"])
@customer
def email(request: CustomerRequest) -> HttpResponse:
    form = EmailForm(request.POST or None)
    if form.is_valid():
        typed = form.cleaned_data
        try:
            check_password_again(request.user, typed["password"], origin=origin_of(request))
            ask_for_email(request.user, typed["email"])
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            said = _("We have sent a mail to %(email)s. Open its link, then the new e-mail counts.")
            messages.success(request, said % typed)
            return redirect("stores:security")
    status = 422 if form.is_bound else 200
    return render_page(request, "stores/email.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@public
def email_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Whoever opens the link reads the new address."""
    context: dict[str, str] = {}
    try:
        _user, context["email"] = email_asked_for(token)
        if request.method == "POST":
            change_email(token, origin=origin_of(request))
            messages.success(request, _("%(email)s is your e-mail now.") % context)
            return redirect("stores:home")
    except DomainError as error:
        context["refusal"] = str(error)
    status = 422 if request.method == "POST" else 200
    return render_page(request, "stores/email_confirm.html", context, status=status)

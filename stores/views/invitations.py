"""Asking people in: the sheet, and what an administrator does with an invitation that waits."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from stores.actions.invitations import invite_again, invite_person, take_back_invitation
from stores.forms import InvitationForms
from stores.models import Location, Role, User
from stores.rights import StaffRequest, staff


@require_http_methods(["GET", "POST"])
@staff(Role.ADMIN, writing=True)
def person_new(request: StaffRequest) -> HttpResponse:
    forms = InvitationForms(request.POST if request.method == "POST" else None)
    if request.method == "POST" and forms.is_valid():
        try:
            user = invite_person(**forms.who, roles=forms.roles, by=request.user)
        except DomainError as error:
            forms.person.add_error(None, str(error))
        else:
            text = _(
                "%(person)s is invited; a mail with a link to choose a password is on its way."
            )
            messages.success(request, text % {"person": user})
            return redirect("stores:person_edit", pk=user.pk)
    context = {"form": forms.person, "forms": forms, "places": Location.objects.inner().kept()}
    status = 422 if request.method == "POST" else 200
    return render_page(request, "stores/person_new.html", context, status=status)


@require_POST
@staff(Role.ADMIN)
def invitation_again(request: StaffRequest, pk: int) -> HttpResponse:
    said = _("A new link is on its way to %(person)s; the old one works no more.")
    return _change(request, pk, invite_again, said)


@require_POST
@staff(Role.ADMIN)
def invitation_take_back(request: StaffRequest, pk: int) -> HttpResponse:
    said = _("The invitation of %(person)s is taken back; its link works no more.")
    return _change(request, pk, take_back_invitation, said)


def _change(request: StaffRequest, pk: int, action: Callable[..., User], said: str) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    try:
        action(person.pk, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said % {"person": person})
    return redirect("stores:person_edit", pk=person.pk)

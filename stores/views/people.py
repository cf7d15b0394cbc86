"""People and their roles: head office reads, administrators change."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from backoffice.lib.errors import DomainError
from backoffice.lib.htmx import render_page
from backoffice.lib.lists import turn_to_page
from stores.actions.people import (
    close_account,
    give_role,
    reopen_account,
    take_role,
)
from stores.actions.sessions import sign_out_everywhere
from stores.actions.two_factor import reset_two_factor
from stores.filters import PeopleFilter
from stores.forms import RoleForm
from stores.models import Location, Membership, Role, User
from stores.origin import origin_of
from stores.queries import open_sessions, people_of
from stores.rights import StaffRequest, holds_company_wide, staff, staff_at
from stores.tables import PeopleTable, StorePeopleTable

SHOWN_CHANGES = 50
SHOWN_EVENTS = 20


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def people_list(request: StaffRequest) -> HttpResponse:
    people = User.objects.prefetch_related("memberships__location").order_by("name", "email")
    filterset = PeopleFilter(request.GET, queryset=people)
    table = PeopleTable(filterset.qs)
    turn_to_page(request, table)
    context = {
        "filter": filterset,
        "table": table,
        "may_change": holds_company_wide(request.user, Role.ADMIN),
    }
    return render_page(request, "stores/people_list.html", context, parts=("people-table",))


@require_GET
@staff(Role.HEAD_OFFICE, company_wide=True)
def person_edit(request: StaffRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    return _person_page(request, person, RoleForm())


@require_POST
@staff(Role.ADMIN)
def role_give(request: StaffRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            membership = give_role(person.pk, **form.cleaned_data, by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            text = _("%(person)s is now %(role)s.")
            messages.success(request, text % {"person": person, "role": membership})
            return redirect("stores:person_edit", pk=person.pk)
    return _person_page(request, person, form)


@require_POST
@staff(Role.ADMIN)
def role_take(request: StaffRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(Membership.objects.select_related("user", "location"), pk=pk)
    try:
        take_role(membership, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        text = _("%(person)s is no longer %(role)s.")
        messages.success(request, text % {"person": membership.user, "role": membership})
    return redirect("stores:person_edit", pk=membership.user_id)


@require_POST
@staff(Role.ADMIN)
def person_close(request: StaffRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    try:
        close_account(person.pk, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(person)s can't sign in any more.") % {"person": person})
    return redirect("stores:person_edit", pk=person.pk)


@require_POST
@staff(Role.ADMIN)
def person_reopen(request: StaffRequest, pk: int) -> HttpResponse:
    person = reopen_account(get_object_or_404(User, pk=pk).pk, by=request.user)
    messages.success(request, _("%(person)s can sign in again.") % {"person": person})
    return redirect("stores:person_edit", pk=person.pk)


@require_POST
@staff(Role.ADMIN)
def person_sessions_end(request: StaffRequest, pk: int) -> HttpResponse:
    """Sign a person out everywhere."""
    person = get_object_or_404(User, pk=pk)
    here = request.session.session_key if person == request.user else None
    sign_out_everywhere(person, but=here, origin=origin_of(request), by=request.user)
    messages.success(request, _("%(person)s is signed out everywhere.") % {"person": person})
    return redirect("stores:person_edit", pk=person.pk)


@require_POST
@staff(Role.ADMIN)
def person_two_factor_reset(request: StaffRequest, pk: int) -> HttpResponse:
    """Let in again who has lost the phone: by the password, until they set a new one up."""
    person = get_object_or_404(User, pk=pk)
    try:
        reset_two_factor(person, origin=origin_of(request), by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        said = _("Two-factor sign-in of %(person)s is reset; a mail tells them.")
        messages.success(request, said % {"person": person})
    return redirect("stores:person_edit", pk=person.pk)


@require_GET
@staff_at(Role.MANAGER)
def store_people(request: StaffRequest) -> HttpResponse:
    """Who works at this place."""
    table = StorePeopleTable(people_of(request.location))
    turn_to_page(request, table)
    context = {"table": table, "place": request.location}
    return render_page(request, "stores/store_people.html", context, parts=("store-people",))


def _person_page(request: StaffRequest, person: User, form: RoleForm) -> HttpResponse:
    context = {
        "person": person,
        "memberships": person.memberships.select_related("location").order_by("pk"),
        "form": form,
        "places": Location.objects.inner().kept(),
        "changes": person.rights_changes.select_related("by")[:SHOWN_CHANGES],
        "may_change": holds_company_wide(request.user, Role.ADMIN),
    }
    if holds_company_wide(request.user, Role.ADMIN, reading=True):
        events = person.security_events.select_related("by").order_by("-pk")
        context |= {"sessions": open_sessions(person), "events": events[:SHOWN_EVENTS]}
    status = 422 if form.is_bound else 200
    return render_page(request, "stores/person_edit.html", context, status=status)

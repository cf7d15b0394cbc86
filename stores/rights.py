"""Who may do what, and where: the one place where a right is checked.

Every view says whom it admits: `@public`, `@customer`, `@staff(...)` or `@staff_at(...)`; the few that
come before two-factor sign-in is set up are marked `@setting_up`. A staff view finds in `request.locations`
the places where the person holds one of the roles that it asks for.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Concatenate, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect

from stores.admission import HELD_BY, SAFE_METHODS, Policy, Scope, holders
from stores.models import Company, Location, Membership, Role, User
from stores.models.location import LocationQuerySet


class StaffRequest(HttpRequest):
    """A request of a person on the staff, as views behind `@staff` receive it."""

    user: User
    locations: LocationQuerySet
    location: Location  # behind `@staff_at` only


class CustomerRequest(HttpRequest):
    """A request of somebody who signed in, as views behind `@customer` receive it."""

    user: User


type View[R: HttpRequest, **P] = Callable[Concatenate[R, P], HttpResponseBase]


def locations_of(user: User, *roles: Role, reading: bool = False) -> LocationQuerySet:
    """The stores and warehouses where the person holds one of the roles (any role, if none is
    named); an auditor holds every role while `reading`."""
    wanted = holders(*roles, reading=reading)
    held = [m for m in memberships_of(user) if m.role in wanted]
    places = Location.objects.inner()
    if any(membership.location_id is None for membership in held):
        return places
    return places.filter(pk__in=[membership.location_id for membership in held])


def memberships_of(user: User) -> list[Membership]:
    """The person's memberships, read once per request, each with what the company's settings ask of
    whoever holds one."""
    if not hasattr(user, "_memberships"):
        company = Company.objects.filter(pk=1)
        held = user.memberships.select_related("location").annotate(
            two_factor_roles=Subquery(company.values("two_factor_roles")),
            idle_hours=Subquery(company.values("idle_hours")),
        )
        user._memberships = list(held)  # type: ignore[attr-defined]
    return user._memberships  # type: ignore[attr-defined, no-any-return]


def holds(user: User, *roles: Role, reading: bool = False) -> bool:
    """Whether the person holds one of the roles anywhere."""
    wanted = holders(*roles, reading=reading)
    return any(membership.role in wanted for membership in memberships_of(user))


def holds_at(user: User, location: Location, *roles: Role, reading: bool = False) -> bool:
    """Whether the person holds one of the roles at this place, or company-wide."""
    wanted = holders(*roles, reading=reading)
    held = [m for m in memberships_of(user) if m.role in wanted]
    return any(membership.location_id in (None, location.pk) for membership in held)


def holds_company_wide(user: User, *roles: Role, reading: bool = False) -> bool:
    wanted = holders(*roles, reading=reading)
    return any(m.role in wanted and m.location_id is None for m in memberships_of(user))


def holds_now(user: User, *roles: Role, at: Location) -> bool:
    """Whether the person, still active, holds one of the roles at this place: asked of the database
    at this moment, for decisions that are final."""
    wanted = {holder for role in roles for holder in HELD_BY[role]}
    held = Membership.objects.filter(user_id=user.pk, user__is_active=True, role__in=wanted)
    return held.filter(Q(location=at) | Q(location=None)).exists()


def people_at(location: Location, *roles: Role) -> list[User]:
    """The active people whose own role at this place, or company-wide, is one of those named."""
    at_place = Membership.objects.filter(role__in=roles).filter(location=location)
    company = Membership.objects.filter(role__in=roles, location=None)
    ids = (at_place | company).values("user_id")
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("pk"))


def needs_two_factor(user: User) -> bool:
    """Whether one of the person's roles asks for two-factor sign-in."""
    return any(
        membership.role in membership.two_factor_roles  # type: ignore[attr-defined]
        for membership in memberships_of(user)
    )


def may_be_idle(user: User) -> timedelta | None:
    """For how long one of the staff may leave a browser alone; None for a customer."""
    hours = [vars(membership)["idle_hours"] for membership in memberships_of(user)]
    return timedelta(hours=hours[0]) if hours else None


def lacks_two_factor(user: User) -> bool:
    return user.two_factor_since is None and needs_two_factor(user)


def public[R: HttpRequest, **P](view: View[R, P]) -> View[R, P]:
    """Admit everybody."""
    return _marked(view, Policy(Scope.PUBLIC))


def customer[**P](view: View[CustomerRequest, P]) -> View[HttpRequest, P]:
    """Admit whoever has signed in, to what is their own."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if elsewhere := _first_of_all(request):
            return elsewhere
        return _private(view(cast(CustomerRequest, request), *args, **kwargs))

    return cast(View[HttpRequest, P], _marked(checked, Policy(Scope.CUSTOMER)))


def setting_up[**P](view: View[CustomerRequest, P]) -> View[HttpRequest, P]:
    """Admit whoever has signed in, even before they have set up what their role asks for."""

    @wraps(view)
    def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        return _private(view(cast(CustomerRequest, request), *args, **kwargs))

    return cast(View[HttpRequest, P], _marked(checked, Policy(Scope.SETTING_UP)))


def staff[**P](
    *roles: Role, company_wide: bool = False, writing: bool = False, asking: bool = False
) -> Callable[[View[StaffRequest, P]], View[HttpRequest, P]]:
    """Admit people who hold one of the roles (any role, if none is named), with `request.locations`;
    `company_wide` asks that they hold it in the whole company, `writing` marks a form, which an
    auditor can't even open, `asking` one that only asks for figures, which an auditor may send."""
    policy = Policy(Scope.STAFF, roles, company_wide=company_wide, writing=writing, asking=asking)

    def decorate(view: View[StaffRequest, P]) -> View[HttpRequest, P]:
        @wraps(view)
        def checked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if elsewhere := _first_of_all(request):
                return elsewhere
            user = cast(User, request.user)
            reading = policy.is_reading(request.method)
            check = holds_company_wide if company_wide else holds
            if not check(user, *roles, reading=reading):
                raise PermissionDenied
            request.locations = locations_of(user, *roles, reading=reading)  # type: ignore[attr-defined]
            return _private(view(cast(StaffRequest, request), *args, **kwargs))

        return cast(View[HttpRequest, P], _marked(checked, policy))

    return decorate


def staff_at[**P](
    *roles: Role, writing: bool = False, asking: bool = False, sending: tuple[Role, ...] = ()
) -> Callable[[View[StaffRequest, P]], Callable[..., HttpResponseBase]]:
    """Admit people who hold one of the roles at the place whose `code` is in the address; the view
    finds the place in `request.location`. A place where they hold no role at all does not exist;
    `writing` marks a form, which an auditor can't even open, `asking` one that they may send; `sending`
    names the roles that may send the form of a page that others may read."""
    policy = Policy(Scope.PLACE, roles, writing=writing, asking=asking, sending=sending)

    def decorate(view: View[StaffRequest, P]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def checked(
            request: HttpRequest, code: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if elsewhere := _first_of_all(request):
                return elsewhere
            _enter(request, code, policy)
            return _private(view(cast(StaffRequest, request), *args, **kwargs))

        return _marked(checked, policy)

    return decorate


def _enter(request: HttpRequest, code: str, policy: Policy) -> None:
    """Open the place for the request, by its clock; refuse whoever isn't admitted there."""
    user = cast(User, request.user)
    reading, wanted = policy.is_reading(request.method), policy.wanted(request.method)
    location = _own_place(user, code) or get_object_or_404(
        locations_of(user, reading=True), code=code
    )
    places = locations_of(user, *wanted, reading=reading)
    if not holds_at(user, location, *wanted, reading=reading):
        raise PermissionDenied
    timezone.activate(location.zone)
    request.location = location  # type: ignore[attr-defined]
    request.locations = places  # type: ignore[attr-defined]


def _own_place(user: User, code: str) -> Location | None:
    """The place with this code, if one of the person's memberships names it."""
    places = (membership.location for membership in memberships_of(user))
    return next(
        (place for place in places if place and place.holds_stock and place.code == code), None
    )


def _first_of_all(request: HttpRequest) -> HttpResponse | None:
    """What comes before anything else: signing in, and the second factor that a role asks for."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if lacks_two_factor(request.user):
        return _and_back(request, resolve_url("stores:two_factor"))
    return None


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and back."""
    return _and_back(request, resolve_url(settings.LOGIN_URL))


def _and_back(request: HttpRequest, address: str) -> HttpResponse:
    """Lead there and back; the whole page moves, never a part of it."""
    if request.headers.get("HX-Request") == "true":
        page = request.headers.get("HX-Current-URL-Path", "/")
        return HttpResponseClientRedirect(redirect_to_login(page, address).url)
    return redirect_to_login(_page_of(request), address)


def _page_of(request: HttpRequest) -> str:
    """The page to come back to: what was asked for, or the page whose form was sent."""
    sent_from = request.headers.get("Referer", "")
    if request.method in SAFE_METHODS or not url_has_allowed_host_and_scheme(
        sent_from, allowed_hosts={request.get_host()}
    ):
        return request.get_full_path()
    return urlsplit(sent_from)._replace(scheme="", netloc="", fragment="").geturl()


def _private(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _marked[V: Callable[..., HttpResponseBase]](view: V, policy: Policy) -> V:
    view.admits = policy  # type: ignore[attr-defined]
    return view

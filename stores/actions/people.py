"""People and their roles: who works where, from when they are asked in until their account closes."""

from allauth.account.models import EmailAddress
from django.db import transaction

from backoffice.lib.retry import retrying
from stores.actions.sessions import drop_sessions
from stores.errors import (
    EmailUnconfirmed,
    LastAdministrator,
    OwnAccount,
    RoleHeld,
    RoleNotThere,
)
from stores.models import Location, Membership, RightsChange, Role, User


@retrying
@transaction.atomic
def change_profile(
    user: User, *, language: str, name: str | None = None, theme: str | None = None
) -> User:
    """Write what people choose for themselves; what is None stays as it is."""
    user.language = language
    if name is not None:
        user.name = name
    if theme is not None:
        user.theme = theme
    user.save(update_fields=["language", "name", "theme"])
    return user


@retrying
@transaction.atomic
def give_role(user_id: int, *, role: Role, location: Location | None, by: User) -> Membership:
    """Give a person one more role; it holds from their next click."""
    before = lock_roles(user_id)
    if not before:
        _refuse_a_stranger(User.objects.get(pk=user_id))
    membership = add_role(user_id, role, location)
    record_change(user_id, RightsChange.Kind.GIVEN, before, by=by)
    return membership


def _refuse_a_stranger(user: User) -> None:
    """Anybody can sign up with an e-mail that isn't theirs, before its owner is asked in."""
    unconfirmed = EmailAddress.objects.filter(user=user, email=user.email, verified=False)
    if user.invited_at is None and unconfirmed.exists():
        raise EmailUnconfirmed(user)


def add_role(user_id: int, role: Role, location: Location | None) -> Membership:
    """One more role, in the caller's transaction, if it fits the place and isn't held already."""
    wanted = Membership(user_id=user_id, role=role, location=location)
    if not _fits(wanted):
        raise RoleNotThere(wanted)
    membership, given = Membership.objects.get_or_create(
        user_id=user_id, role=role, location=location
    )
    if not given:
        raise RoleHeld
    return membership


@retrying
@transaction.atomic
def take_role(membership: Membership, *, by: User) -> None:
    """Take a role away; it ends with the person's next click."""
    if membership.role == Role.ADMIN:
        _keep_an_administrator(without=membership.user_id)
    before = lock_roles(membership.user_id)
    taken, _by_model = Membership.objects.filter(pk=membership.pk).delete()
    if not taken:
        return
    record_change(membership.user_id, RightsChange.Kind.TAKEN, before, by=by)


@retrying
@transaction.atomic
def close_account(user_id: int, *, by: User) -> User:
    """Let a person sign in no more; what they have open ends at this moment."""
    if user_id == by.pk:
        raise OwnAccount
    _keep_an_administrator(without=user_id)
    return _set_active(user_id, active=False, by=by)


@retrying
@transaction.atomic
def reopen_account(user_id: int, *, by: User) -> User:
    """Let a person sign in again, with the roles that they had."""
    return _set_active(user_id, active=True, by=by)


def _set_active(user_id: int, *, active: bool, by: User) -> User:
    roles = lock_roles(user_id)
    user = User.objects.get(pk=user_id)
    if user.is_active != active:
        user.is_active = active
        user.save(update_fields=["is_active"])
        if not active:
            drop_sessions(user)
        kind = RightsChange.Kind.REOPENED if active else RightsChange.Kind.CLOSED
        record_change(user_id, kind, roles, by=by)
    return user


def lock_roles(user_id: int) -> list[list[str]]:
    """The person's roles, under a lock: changes of one person's rights come one after the other."""
    User.objects.select_for_update(no_key=True).get(pk=user_id)
    return _roles(user_id)


def _roles(user_id: int) -> list[list[str]]:
    held = Membership.objects.filter(user_id=user_id).order_by("pk")
    return [[role, place or ""] for role, place in held.values_list("role", "location__name")]


def record_change(
    user_id: int, kind: RightsChange.Kind, before: list[list[str]], *, by: User
) -> None:
    """Write down what happened to a person's roles, which were these before."""
    RightsChange.objects.create(
        person_id=user_id, kind=kind, before=before, after=_roles(user_id), by=by
    )


def _keep_an_administrator(*, without: int) -> None:
    """Refuse what would leave nobody who gives roles; two of them can't send each other away.

    Who is active is asked after the lock: a statement that waits reads what it locks anew, but not
    what is joined to it."""
    admins = Membership.objects.filter(role=Role.ADMIN).order_by("pk")
    list(admins.select_for_update())
    active = admins.filter(user__is_active=True).values_list("user_id", flat=True)
    if set(active) == {without}:
        raise LastAdministrator


def _fits(membership: Membership) -> bool:
    place = membership.location
    if membership.role in Membership.AT_A_STORE:
        return place is not None and place.kind == Location.Kind.STORE
    if membership.role in Membership.COMPANY_WIDE:
        return place is None
    return place is None or place.kind == Location.Kind.WAREHOUSE

"""Who is told of what, and how: roles at the place, by default, unless a person chose otherwise; head
office by choice alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from inventory.models import Alert, NotificationChoice
from stores.models import Location, Membership, Role, User

Subject = NotificationChoice.Subject
How = NotificationChoice.How
type UserId = int

DEFAULT_HOW: Mapping[Subject, How] = {
    Subject.LOW: How.AT_ONCE,
    Subject.OUT: How.AT_ONCE,
    Subject.OVERSTOCK: How.DIGEST,
    Subject.LATE: How.AT_ONCE,
    Subject.WAITING: How.AT_ONCE,
    Subject.REQUEST: How.AT_ONCE,
    Subject.ALL_WELL: How.NONE,
}
SUBJECT_OF = {kind: Subject(kind.value) for kind in Alert.Kind}
HOW_BY_CHOICE = {**DEFAULT_HOW, **dict.fromkeys(SUBJECT_OF.values(), How.NONE)}
TOLD_OF_ALERTS = (Role.CLERK, Role.MANAGER, Role.LOGISTICS)  # whose own role at the place it is
TOLD_BY_CHOICE = (Role.HEAD_OFFICE, Role.ADMIN)  # of every place, if they have no such role

type Choices = Mapping[tuple[UserId, Subject], How]


@dataclass(frozen=True)
class Told:
    """A person who is told of a place's alerts, why, and how of each kind."""

    person: User
    role: Role
    hows: Mapping[Alert.Kind, How]

    @property
    def at_once(self) -> list[Alert.Kind]:
        return self._kinds(How.AT_ONCE)

    @property
    def in_the_digest(self) -> list[Alert.Kind]:
        return self._kinds(How.DIGEST)

    @property
    def not_at_all(self) -> list[Alert.Kind]:
        return self._kinds(How.NONE)

    def _kinds(self, wanted: How) -> list[Alert.Kind]:
        return [kind for kind, how in self.hows.items() if how == wanted]


def how_each_is_told(users: Iterable[User], subject: Subject) -> dict[UserId, How]:
    """How each of these people is told of the subject, in one query."""
    ids = [user.pk for user in users]
    chosen = choices_of(ids)
    return {pk: chosen.get((pk, subject), DEFAULT_HOW[subject]) for pk in ids}


def choices_of(user_ids: Iterable[UserId]) -> Choices:
    """What these people chose, where it is something else than the default."""
    rows = NotificationChoice.objects.filter(user__in=list(user_ids))
    return {
        (user_id, Subject(subject)): How(how)
        for user_id, subject, how in rows.values_list("user", "subject", "how")
    }


def usual_hows(roles: Iterable[str]) -> Mapping[Subject, How]:
    """How a person with these roles is told of what they chose nothing for."""
    return DEFAULT_HOW if set(roles) & set(TOLD_OF_ALERTS) else HOW_BY_CHOICE


def telling_memberships() -> QuerySet[Membership]:
    """The memberships by which people are told of alerts."""
    own_role = Membership.objects.filter(user=OuterRef("user"), role__in=TOLD_OF_ALERTS)
    by_choice = Q(role__in=TOLD_BY_CHOICE) & ~Exists(own_role)
    return Membership.objects.filter(
        Q(role__in=TOLD_OF_ALERTS) | by_choice, user__is_active=True
    ).select_related("user")


def told_at(places: Iterable[Location]) -> dict[int, list[Told]]:
    """Who is told of the alerts of each place, in two queries; company-wide people everywhere."""
    ids = [place.pk for place in places]
    here = telling_memberships().filter(Q(location__in=ids) | Q(location=None))
    memberships = list(here.order_by("role", "user__name", "pk"))
    choices = choices_of({membership.user_id for membership in memberships})
    told: dict[int, dict[UserId, Told]] = {pk: {} for pk in ids}
    for membership in memberships:
        row = _told(membership, choices)
        if membership.role in TOLD_BY_CHOICE and not (row.at_once or row.in_the_digest):
            continue
        for pk in ids if membership.location_id is None else [membership.location_id]:
            told[pk].setdefault(row.person.pk, row)
    return {pk: list(people.values()) for pk, people in told.items()}


def _told(membership: Membership, choices: Choices) -> Told:
    usual = usual_hows([membership.role])
    person = membership.user
    return Told(person, Role(membership.role), hows(person.pk, choices, usual))


def hows(user_id: UserId, choices: Choices, usual: Mapping[Subject, How]) -> dict[Alert.Kind, How]:
    return {
        kind: choices.get((user_id, subject), usual[subject])
        for kind, subject in SUBJECT_OF.items()
    }

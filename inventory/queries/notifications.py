"""Who is told of what, and how: roles at the place, by default, unless a person chose otherwise."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

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
TOLD_OF_ALERTS = (Role.CLERK, Role.MANAGER, Role.LOGISTICS)  # whose own role at the place it is
SUBJECT_OF = {kind: Subject(kind.value) for kind in Alert.Kind}

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


def how_told(user: User, subject: Subject) -> How:
    return how_each_is_told([user], subject)[user.pk]


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


def told_at(places: Iterable[Location]) -> dict[int, list[Told]]:
    """Who is told of the alerts of each place, in two queries; company-wide people everywhere."""
    ids = [place.pk for place in places]
    own_role = Membership.objects.filter(role__in=TOLD_OF_ALERTS, user__is_active=True)
    memberships = list(
        own_role.filter(Q(location__in=ids) | Q(location=None))
        .select_related("user")
        .order_by("role", "user__name", "pk")
    )
    choices = choices_of({membership.user_id for membership in memberships})
    told: dict[int, dict[UserId, Told]] = {pk: {} for pk in ids}
    for membership in memberships:
        person = membership.user
        row = Told(person, Role(membership.role), hows(person.pk, choices))
        for pk in ids if membership.location_id is None else [membership.location_id]:
            told[pk].setdefault(person.pk, row)
    return {pk: list(people.values()) for pk, people in told.items()}


def hows(user_id: UserId, choices: Choices) -> dict[Alert.Kind, How]:
    return {
        kind: choices.get((user_id, subject), DEFAULT_HOW[subject])
        for kind, subject in SUBJECT_OF.items()
    }

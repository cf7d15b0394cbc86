"""Rights of a mail that tells figures: as they are when it leaves, however long it waited for that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stores.models import Mail, Role, User
from stores.rights import lacks_two_factor, locations_of

Withheld = Mail.Withheld


@dataclass(frozen=True)
class OnlyFor:
    """Who may be told: whoever holds one of the roles at all of the places. The mail of a schedule
    tells nothing that its owner may not see either."""

    roles: Sequence[Role]
    places: Sequence[int]
    owner: User | None = None


def why_withheld(mail: Mail) -> Withheld | None:
    """Why a mail may not leave now; None if it may. Whoever must set up a second factor first is
    shown nothing when they sign in, so no mail tells them either."""
    if mail.reader and not mail.reader.is_active:
        return Withheld.READER_CLOSED
    if mail.only_roles:
        if mail.reader is None or not _sees(mail.reader, mail, reading=True):
            return Withheld.READER_RIGHT
        if lacks_two_factor(mail.reader):
            return Withheld.SECOND_FACTOR
    owner = mail.only_owner
    if owner and not (owner.is_active and _sees(owner, mail, reading=False)):
        return Withheld.OWNER_RIGHT
    return None


def _sees(person: User, mail: Mail, *, reading: bool) -> bool:
    """Whether the person holds one of the mail's roles at each of its places now."""
    roles = [Role(role) for role in mail.only_roles]
    seen = locations_of(person, *roles, reading=reading).filter(pk__in=mail.only_places)
    return seen.count() == len(set(mail.only_places))

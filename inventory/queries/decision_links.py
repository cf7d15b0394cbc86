"""The signed address in an approver's mail: what it stands for, or nothing at all."""

from enum import StrEnum
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from backoffice.lib.links import full_url
from inventory.models import DecisionLink
from stores.models import Role
from stores.rights import holds_now


class Standing(StrEnum):
    """What can be done with a link now."""

    OPEN = "open"
    USED = "used"
    OLD = "old"  # three days have gone
    LOST = "lost"  # the reader decides there no longer
    DECIDED = "decided"  # by somebody else, or the store withdrew it
    CHANGED = "changed"  # it waits, in another state than the mail told


_signer = Signer(salt="inventory.decision_link", sep=".")


def token_of(link: DecisionLink) -> str:
    return _signer.sign(link.pk.hex)


def address_of(link: DecisionLink) -> str:
    """The whole address, as a mail needs it."""
    return full_url("inventory:decision_link", token_of(link))


def link_of(token: str) -> DecisionLink | None:
    """The link that this token stands for; None for one that nobody signed, or that is gone."""
    try:
        pk = UUID(_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
    wanted = DecisionLink.objects.select_related("reader", "request__store", "request__warehouse")
    return wanted.filter(pk=pk).first()


def standing_of(link: DecisionLink) -> Standing:
    request = link.request
    if not holds_now(link.reader, Role.LOGISTICS, at=request.warehouse):
        return Standing.LOST
    if link.used_at:
        return Standing.USED
    if link.expires_at <= timezone.now():
        return Standing.OLD
    if not request.is_waiting:
        return Standing.DECIDED
    return Standing.OPEN if request.version == link.version else Standing.CHANGED

"""What a transfer says no to."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backoffice.lib.errors import DomainError
from inventory.models import Sku, Transfer
from stores.models import Location


class SamePlace(DomainError):
    def __init__(self) -> None:
        super().__init__(_("A transfer goes from one place to another: choose two."))


class NoTransfersThere(DomainError):
    """The place is closed, or holds no stock."""

    def __init__(self, location: Location) -> None:
        self.location = location
        super().__init__(
            _("%(place)s takes part in no transfers now. Choose another place.")
            % {"place": location.shown_name}
        )


class EmptyTransfer(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Add at least one product to the transfer, one unit or more of each."))


class NotInTransfer(DomainError):
    """A product that is in no line of the transfer."""

    def __init__(self) -> None:
        super().__init__(
            _("A product is not part of this transfer. Put it aside, and tell who sent the goods.")
        )


class TransferChanged(DomainError):
    """The transfer took a step since the page was shown."""

    def __init__(self, transfer: Transfer) -> None:
        self.transfer = transfer
        super().__init__(
            _("%(transfer)s has changed since this page was shown. Look again, then go on.")
            % {"transfer": transfer}
        )


class NoDraft(DomainError):
    """What can be done with a draft comes too late: it says who sent the goods, and when."""

    def __init__(self, transfer: Transfer) -> None:
        self.transfer, self.by, self.at = transfer, transfer.sent_by, transfer.sent_at
        if self.at is None:
            super().__init__(_("%(transfer)s was cancelled.") % {"transfer": transfer})
            return
        when = self.at.astimezone(transfer.source.zone)
        words = {
            "transfer": transfer,
            "person": self.by or _("Comptoir"),
            "when": date_format(when, "SHORT_DATETIME_FORMAT"),
        }
        super().__init__(_("%(transfer)s was already sent by %(person)s, %(when)s.") % words)


class NothingSent(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Nothing would be sent. Cancel the transfer instead."))


class MoreThanPlanned(DomainError):
    def __init__(self, sku: Sku, planned: int) -> None:
        self.sku, self.planned = sku, planned
        super().__init__(
            _("%(product)s: %(planned)s are planned. Change the draft to send more.")
            % {"product": sku, "planned": planned}
        )


class NotOnTheRoad(DomainError):
    """Nothing of the transfer is in transit: not yet, or no longer."""

    def __init__(self, transfer: Transfer) -> None:
        self.transfer = transfer
        super().__init__(
            _("%(transfer)s has not been sent yet.") % {"transfer": transfer}
            if transfer.is_draft
            else _("%(transfer)s is closed: nothing of it is in transit any more.")
            % {"transfer": transfer}
        )


class MoreThanInTransit(DomainError):
    def __init__(self, sku: Sku, in_transit: int) -> None:
        self.sku, self.in_transit = sku, in_transit
        super().__init__(
            _(
                "%(product)s: %(units)s in transit. Count at most these here;"
                " record what came beyond as a stock adjustment."
            )
            % {"product": sku, "units": in_transit}
        )


class GapWithoutReason(DomainError):
    """Something was not received, and nobody said why."""

    def __init__(self, sku: Sku) -> None:
        self.sku = sku
        super().__init__(_("%(product)s: say why it was not received.") % {"product": sku})


class NothingCounted(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Count at least one unit of one product."))


class SurplusChanged(DomainError):
    """The proposals are no longer what the page showed."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The stock has changed, or somebody drafted these transfers. Look again, then confirm."
            )
        )


class UnknownCode(DomainError):
    """No article has this code."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(_("No article has the code %(code)s.") % {"code": code})


class NotExpected(DomainError):
    """An article was scanned that isn't on the transfer, or of which all was received before."""

    def __init__(self, sku: Sku, transfer: Transfer) -> None:
        self.sku = sku
        super().__init__(
            _("%(product)s is not expected with %(transfer)s. Put it aside; nothing was counted.")
            % {"product": sku, "transfer": transfer}
        )

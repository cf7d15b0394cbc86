from collections.abc import Sequence
from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from backoffice.lib.errors import DomainError
from inventory.models import Sku
from sales.models import Sale


class KeyReused(DomainError):
    """The key of this ticket already made a receipt with other content; nothing was sold."""

    def __init__(self, sale: Sale) -> None:
        self.sale = sale
        super().__init__(_("This ticket was already recorded with other content. Start a new one."))


class EmptyTicket(DomainError):
    def __init__(self) -> None:
        super().__init__(_("There is nothing on the ticket yet. Scan an article first."))


class NotOnSale(DomainError):
    """SKUs of the ticket are unknown (`sku_ids`) or no longer on sale (`skus`)."""

    def __init__(self, skus: Sequence[Sku], sku_ids: Sequence[int]) -> None:
        self.skus = list(skus)
        self.sku_ids = list(sku_ids)
        names = ", ".join(map(str, self.skus)) or _("an article that doesn't exist")
        super().__init__(_("No longer on sale: %(names)s.") % {"names": names})


class WrongQuantity(DomainError):
    def __init__(self, sku_id: int, most: int) -> None:
        self.sku_id = sku_id
        super().__init__(_("Sell at least 1 and at most %(most)d units.") % {"most": most})


class TotalTooLarge(DomainError):
    def __init__(self) -> None:
        super().__init__(_("The total is too large for one receipt. Make two of it."))


class NotEnoughGiven(DomainError):
    def __init__(self, missing: Decimal) -> None:
        self.missing = missing
        amount = number_format(missing, 2)
        super().__init__(_("%(amount)s is missing to pay the total.") % {"amount": amount})


class TooMuchGiven(DomainError):
    """Nobody gives that much change: something else was typed or scanned as the amount."""

    def __init__(self) -> None:
        super().__init__(_("That would be a lot of change. Check the amount given."))


class TooMuchOnCard(DomainError):
    """A card pays what is owed, never more."""

    def __init__(self, owed: Decimal) -> None:
        self.owed = owed
        super().__init__(
            _("The total is now %(owed)s. Check the ticket and pay again.")
            % {"owed": number_format(owed, 2)}
        )


class NoTillHere(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Only a store that is open has a till."))

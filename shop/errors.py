"""What the shop says no to, in words for the customer."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.lib.errors import DomainError


class TooManyOfOne(DomainError):
    """A line of a cart can't hold that many."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            _("At most %(limit)s of one product fit into the cart.") % {"limit": limit}
        )


class TooManyLines(DomainError):
    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            _("At most %(limit)s different products fit into the cart.") % {"limit": limit}
        )


class NotSold(DomainError):
    """Some products of the cart aren't sold any more."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)
        super().__init__(
            _("No longer sold: %(names)s. Take it out of the cart to go on.")
            % {"names": ", ".join(self.names)}
        )


class EmptyCart(DomainError):
    def __init__(self) -> None:
        super().__init__(_("There is nothing in the cart."))


class CartMoved(DomainError):
    """The visitor's cart was poured into an account meanwhile, or was forgotten."""

    def __init__(self) -> None:
        super().__init__(_("This cart has moved to your account. Load the page again."))


class CartChanged(DomainError):
    """What the page showed is not what would be ordered."""

    def __init__(self) -> None:
        super().__init__(
            _("The cart or a price changed meanwhile. Look at the new total before you order.")
        )


class KeyReused(DomainError):
    """The key of a page came back with other content."""

    def __init__(self) -> None:
        super().__init__(_("This page was already sent with something else. Reload it."))


class NoHomeDelivery(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Home delivery isn't possible now. Choose a store to collect in."))


class StoreClosed(DomainError):
    def __init__(self) -> None:
        super().__init__(_("This store doesn't hand orders over. Choose another one."))


class TooManyUnpaid(DomainError):
    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            ngettext(
                "You have %(limit)s order that waits for payment. Pay or cancel it first.",
                "You have %(limit)s orders that wait for payment. Pay or cancel one first.",
                limit,
            )
            % {"limit": limit}
        )


class TooMuchHeld(DomainError):
    """A customer's unpaid orders would keep too many goods from others."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            _(
                "At most %(limit)s units can wait for your payment at a time."
                " Order less, or pay your other orders first."
            )
            % {"limit": limit}
        )


class StepNotPossible(DomainError):
    """An order can't go from where it stands to the state that was asked for."""

    def __init__(self, number: str, state: str, wanted: str) -> None:
        self.number, self.state, self.wanted = number, state, wanted
        super().__init__(
            _("Order %(number)s is “%(state)s”; it can't become “%(wanted)s”.")
            % {"number": number, "state": state, "wanted": wanted}
        )


class NotPayable(DomainError):
    def __init__(self, number: str) -> None:
        super().__init__(_("Order %(number)s no longer waits for payment.") % {"number": number})


class TooManyAddresses(DomainError):
    def __init__(self, limit: int) -> None:
        super().__init__(
            _("At most %(limit)s addresses can be kept. Remove one first.") % {"limit": limit}
        )

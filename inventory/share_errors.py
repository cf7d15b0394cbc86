"""What sharing says no to, with the data that the board needs to explain it."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from backoffice.lib.errors import DomainError
from inventory.models import Sku


class BoardChanged(DomainError):
    """Requests were decided, or took a step, since the board was shown: nothing was approved."""

    def __init__(self, reasons: Sequence[DomainError]) -> None:
        self.reasons = list(reasons)
        super().__init__(
            _("%(changes)s Nothing was approved. Look at the shares again.")
            % {"changes": " ".join(map(str, self.reasons))}
        )


class SharedTooMuch(DomainError):
    def __init__(self, sku: Sku, given: int, free: int) -> None:
        self.sku, self.given, self.free = sku, given, free
        super().__init__(
            _("%(product)s: %(given)s are given, but only %(free)s are free. Nothing was approved.")
            % {"product": sku, "given": given, "free": free}
        )

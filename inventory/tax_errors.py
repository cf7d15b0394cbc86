"""What tax rates say no to."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.lib.errors import DomainError
from inventory.models import TaxRate


class RateNameTaken(DomainError):
    def __init__(self, name: str) -> None:
        super().__init__(_("There is a tax rate called “%(name)s” already.") % {"name": name})


class RateExists(DomainError):
    """The same percentage under another name would split the tax of every report."""

    def __init__(self, rate: TaxRate) -> None:
        self.rate = rate
        super().__init__(
            _("“%(name)s” is this rate already: %(rate)s%%. Use it, or rename it.")
            % {"name": rate, "rate": number_format(rate.rate, use_l10n=True)}
        )


class RateEnded(DomainError):
    def __init__(self, rate: TaxRate) -> None:
        self.rate = rate
        super().__init__(
            _("The tax rate “%(name)s” is ended: choose another one.") % {"name": rate}
        )


class UsualRateStays(DomainError):
    def __init__(self, rate: TaxRate) -> None:
        self.rate = rate
        super().__init__(
            _("“%(name)s” is the usual rate of new products. Make another one usual first.")
            % {"name": rate}
        )


class RateStillTaken(DomainError):
    """Products need a rate: those of a rate that ends take another one."""

    def __init__(self, rate: TaxRate, products: int) -> None:
        self.rate, self.products = rate, products
        super().__init__(
            ngettext(
                "%(products)d product has the rate “%(name)s”. Choose the rate that it takes instead.",
                "%(products)d products have the rate “%(name)s”. Choose the rate that they take instead.",
                products,
            )
            % {"products": products, "name": rate}
        )

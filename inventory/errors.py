"""What the stock says no to, with the data that a page or an API needs to explain it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.lib.errors import DomainError
from inventory.models import RestockRequest, Sku
from stores.models import Location


@dataclass(frozen=True)
class Shortage:
    """One SKU of which there isn't enough: units wanted and units available."""

    sku: Sku
    wanted: int
    available: int

    @property
    def lacking(self) -> int:
        return self.wanted - self.available

    def __str__(self) -> str:
        return _("%(product)s: %(wanted)s wanted, %(available)s available.") % {
            "product": self.sku,
            "wanted": self.wanted,
            "available": self.available,
        }


class OutOfStock(DomainError):
    """There isn't enough of one or more SKUs; nothing was moved or reserved."""

    def __init__(self, shortages: Sequence[Shortage]) -> None:
        self.shortages = list(shortages)
        super().__init__(
            _("Not enough in stock. %(lines)s") % {"lines": " ".join(map(str, self.shortages))}
        )


class TooManyUnits(DomainError):
    """A place would have more units of a SKU than a stock figure can hold; nothing was moved."""

    def __init__(self, skus: Iterable[Sku], most: int) -> None:
        self.skus = list(skus)
        super().__init__(
            _("No place can hold more than %(most)s units of a product: %(products)s.")
            % {"most": most, "products": ", ".join(map(str, self.skus))}
        )


class KeyReused(DomainError):
    """A form that was sent before came again, with other content."""

    def __init__(self, request: RestockRequest) -> None:
        self.request = request
        super().__init__(
            _(
                "This form was already sent, as request %(request)s, with other content. "
                "Send it again only if you want these goods as well."
            )
            % {"request": request}
        )


class DraftFull(DomainError):
    """A draft holds no more lines."""

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(
            _("One request holds at most %(most)s products. Send this one, then go on.")
            % {"most": most}
        )


class DraftSent(DomainError):
    """Somebody sent, or emptied, the draft that the page showed."""

    def __init__(self) -> None:
        super().__init__(
            _("This list was sent or emptied since the page was shown. Below is how it stands now.")
        )


class NoComment(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Write something first."))


class TemplateNameTaken(DomainError):
    """The store has another template of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(
            _("This store has a template called “%(name)s” already. Choose another name.")
            % {"name": name}
        )


class EmptyRequest(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Add at least one product to the request."))


class NotOnSale(DomainError):
    """Products that nobody may ask for any more."""

    def __init__(self, skus: Iterable[Sku]) -> None:
        self.skus = list(skus)
        names = ", ".join(map(str, self.skus))
        super().__init__(
            _("No longer on sale: %(products)s.") % {"products": names}
            if names
            else _("A product of this request no longer exists.")
        )


class ClosedPlace(DomainError):
    def __init__(self, location: Location) -> None:
        self.location = location
        super().__init__(
            _("%(place)s takes part in no restock requests now.") % {"place": location}
        )


class OwnRequest(DomainError):
    """Who asked does not decide."""

    def __init__(self) -> None:
        super().__init__(_("You made this request yourself: somebody else decides it."))


class AlreadyDecided(DomainError):
    """Somebody was faster, or clicked before: it says who and when."""

    def __init__(self, request: RestockRequest) -> None:
        self.request, self.by, self.at = request, request.decided_by, request.decided_at
        assert self.at is not None
        words = {
            "request": request,
            "person": self.by or _("a rule of automatic approval"),
            "when": date_format(
                self.at.astimezone(request.warehouse.zone), "SHORT_DATETIME_FORMAT"
            ),
        }
        said = {
            RestockRequest.State.REFUSED: _(
                "%(request)s was already refused by %(person)s, %(when)s."
            ),
            RestockRequest.State.CANCELLED: _("%(request)s was withdrawn by %(person)s, %(when)s."),
        }
        approved = _("%(request)s was already approved by %(person)s, %(when)s.")
        super().__init__(said.get(RestockRequest.State(request.state), approved) % words)


class RequestChanged(DomainError):
    """The request took a step since the page was shown."""

    def __init__(self, request: RestockRequest) -> None:
        self.request = request
        super().__init__(
            _("%(request)s has changed since this page was shown. Look again, then decide.")
            % {"request": request}
        )


class MoreThanAsked(DomainError):
    def __init__(self, sku: Sku, asked: int) -> None:
        self.sku, self.asked = sku, asked
        super().__init__(
            _("%(product)s: at most the %(asked)s asked for can be approved.")
            % {"product": sku, "asked": asked}
        )


class ReasonMissing(DomainError):
    """Less than asked, or nothing at all, needs a reason."""

    def __init__(self, sku: Sku | None = None) -> None:
        self.sku = sku
        super().__init__(
            _("%(product)s: say why less than asked is approved.") % {"product": sku}
            if sku
            else _("Say why the request is refused.")
        )


class NothingApproved(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Nothing would be sent. Refuse the request, and say why."))


class NothingChosen(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Select at least one request that waits for a decision."))


class LinkUsed(DomainError):
    """A link of a mail decides once."""

    def __init__(self) -> None:
        super().__init__(_("This link was used already. It decides once."))


class LinkTooOld(DomainError):
    def __init__(self) -> None:
        super().__init__(_("This link is too old. Sign in to decide."))


class SignInToDecide(DomainError):
    """The reader's role needs two-factor sign-in: who reads the mail is known by one thing only."""

    def __init__(self) -> None:
        super().__init__(_("Your role needs two-factor sign-in: sign in to decide."))


class NoLongerApprover(DomainError):
    def __init__(self, warehouse: Location) -> None:
        self.warehouse = warehouse
        super().__init__(_("You no longer decide for %(place)s.") % {"place": warehouse})


class CodeTaken(DomainError):
    """Another SKU has this code, in small or capital letters or as a barcode."""

    def __init__(self) -> None:
        super().__init__(_("Another SKU has this code already. Choose a different one."))


class VariantTaken(DomainError):
    """The product has another SKU of the same variant."""

    def __init__(self) -> None:
        super().__init__(_("This product has a SKU with the same variant already. Name another."))


class BarcodeTaken(DomainError):
    """The barcode belongs to a SKU already, or is the code of another one."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(_("The barcode %(code)s belongs to a SKU already.") % {"code": code})


class NameTaken(DomainError):
    """Another category bears this name."""

    def __init__(self) -> None:
        super().__init__(_("Another category bears this name already. Choose a different one."))


class KeyUsedBefore(DomainError):
    """A form was sent again, with other content, under the key of one that was carried out."""

    def __init__(self) -> None:
        super().__init__(
            _("This form was sent before, with other content. Open it again to record more.")
        )


class NotSuggested(DomainError):
    """The need for it went in the meantime."""

    def __init__(self) -> None:
        super().__init__(_("This is no longer suggested: the store has enough by now."))


class SnoozeInThePast(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Choose a day after today."))


class SnoozeTooShort(DomainError):
    def __init__(self, location: Location) -> None:
        super().__init__(
            _("Choose a day after today (%(day)s in %(place)s): the alert comes back on that day.")
            % {"day": date_format(location.local_day(), "SHORT_DATE_FORMAT"), "place": location}
        )


class SnoozeTooLong(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Choose a day within a year."))


class PoliciesContradict(DomainError):
    """Somewhere the target would lie under the reorder point, or the maximum under the target."""

    def __init__(self, levels: int) -> None:
        self.levels = levels
        super().__init__(
            ngettext(
                "At %(count)s stock level the target would lie under the reorder point,"
                " or the maximum under the target. State these figures together.",
                "At %(count)s stock levels the target would lie under the reorder point,"
                " or the maximum under the target. State these figures together.",
                levels,
            )
            % {"count": levels}
        )


class TooManyPolicies(DomainError):
    def __init__(self, count: int, most: int) -> None:
        super().__init__(
            _(
                "These are %(count)s policies; at most %(most)s can be changed at once."
                " Choose fewer SKUs or places, or a category."
            )
            % {"count": count, "most": most}
        )

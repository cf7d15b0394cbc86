"""What people, places and mails say no to."""

import math
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.lib.errors import DomainError
from stores.models import Location, Mail, Membership, User


class MailNotFailed(DomainError):
    """Only a mail that failed can be sent again."""

    def __init__(self, mail: Mail) -> None:
        self.mail = mail
        super().__init__(
            _("This mail is not failed but %(state)s; nothing was changed.")
            % {"state": mail.get_state_display()}
        )


class EmailTaken(DomainError):
    """A person with this e-mail exists."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This e-mail has an account. Look for it among people and customers, and add the role."
            )
        )


class EmailUnconfirmed(DomainError):
    """Somebody signed up with this e-mail and never showed that they read it."""

    def __init__(self, person: User) -> None:
        self.person = person
        super().__init__(
            _(
                "Nobody has confirmed yet that %(email)s is theirs: anybody can sign up with it. Ask them"
                " to choose a new password by “Forgot your password?”, then give the role."
            )
            % {"email": person.email}
        )


class AddressTaken(DomainError):
    """Somebody else signs in with this e-mail."""

    def __init__(self) -> None:
        super().__init__(_("Another account has this e-mail already."))


class LinkUsedUp(DomainError):
    """A link from a mail was opened before, is too old, or isn't one of ours."""

    def __init__(self) -> None:
        super().__init__(_("A link works once, and for three days. Ask for a new one."))


class CameAlready(DomainError):
    """Who was invited has signed in, or signed up by themselves: there is no invitation any more."""

    def __init__(self, person: User) -> None:
        self.person = person
        super().__init__(
            _("%(person)s has signed in already. To keep them out, close the account.")
            % {"person": person}
        )


class RoleHeld(DomainError):
    """The person holds this role at this place already."""

    def __init__(self) -> None:
        super().__init__(_("The person holds this role there already."))


class RoleNotThere(DomainError):
    """This role isn't held at such a place."""

    def __init__(self, membership: Membership) -> None:
        self.membership = membership
        if membership.role in Membership.AT_A_STORE:
            text = _("Choose the store: this role is held at one store.")
        elif membership.role in Membership.COMPANY_WIDE:
            text = _("Leave the place empty: this role is held in the whole company.")
        else:
            text = _("Choose a logistics centre, or leave the place empty for all of them.")
        super().__init__(text)


class LastAdministrator(DomainError):
    """Without this person nobody could give roles any more."""

    def __init__(self) -> None:
        super().__init__(
            _("This is the company's last administrator. Make somebody else one first.")
        )


class OwnAccount(DomainError):
    """Nobody closes their own account."""

    def __init__(self) -> None:
        super().__init__(_("You can't close your own account; another administrator can."))


class PlaceCodeTaken(DomainError):
    """Another place has this code; it stands in addresses, so there is only one."""

    def __init__(self, code: str) -> None:
        super().__init__(_("Another place has the code “%(code)s”.") % {"code": code})


class PlaceIsOpen(DomainError):
    def __init__(self, location: Location) -> None:
        super().__init__(_("%(place)s is open already.") % {"place": location})


class PlaceIsClosed(DomainError):
    def __init__(self, location: Location) -> None:
        super().__init__(_("%(place)s is closed already.") % {"place": location})


class PlaceIsArchived(DomainError):
    def __init__(self, location: Location) -> None:
        super().__init__(_("%(place)s is archived. Restore it first.") % {"place": location})


class DayIsPast(DomainError):
    def __init__(self) -> None:
        super().__init__(_("Choose today or a day to come, on the calendar of the place."))


class OpensBeforeItCloses(DomainError):
    def __init__(self) -> None:
        super().__init__(_("It can open again on the day after it closes at the earliest."))


class ShipsOnlineOrders(DomainError):
    """The place can't close: online orders leave from there."""

    def __init__(self, location: Location) -> None:
        self.location = location
        super().__init__(
            _(
                "Online orders are shipped from %(place)s, so it has to stay open."
                " Choose another place in the settings of the company first."
            )
            % {"place": location}
        )


class TooManyAttempts(DomainError):
    """Somebody guesses, or types too fast; when the next attempt makes sense."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        minutes = max(1, math.ceil((until - timezone.now()).total_seconds() / 60))
        super().__init__(
            ngettext(
                "Too many attempts. Try again in %(minutes)s minute.",
                "Too many attempts. Try again in %(minutes)s minutes.",
                minutes,
            )
            % {"minutes": minutes}
        )


class WrongPassword(DomainError):
    """The password that was typed once more isn't theirs."""

    def __init__(self) -> None:
        super().__init__(_("This isn't your password."))


class WrongCode(DomainError):
    """The code of the second step is wrong, too old, or was used before."""

    def __init__(self) -> None:
        super().__init__(
            _("This code is wrong or was used before. Type the one that your phone shows now.")
        )


class TwoFactorIsOn(DomainError):
    """It was turned on meanwhile, perhaps in another window."""

    def __init__(self) -> None:
        super().__init__(_("Two-factor sign-in is on already."))


class TwoFactorIsOff(DomainError):
    """There is nothing to turn off, or to make codes for."""

    def __init__(self) -> None:
        super().__init__(_("Two-factor sign-in is off."))


class TwoFactorRequired(DomainError):
    """A role of theirs asks for it."""

    def __init__(self) -> None:
        super().__init__(_("Your role needs two-factor sign-in, so it can't be turned off."))

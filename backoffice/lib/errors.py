from django.utils.translation import gettext as _


class DomainError(Exception):
    """A rule of the business said no. The text is translated and for the person at the screen."""


class Busy(DomainError):
    """Others kept the same rows locked for too long; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            _("Others are changing the same stock at this moment. Nothing was changed; try again.")
        )

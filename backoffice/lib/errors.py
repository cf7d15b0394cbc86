from django.utils.formats import number_format
from django.utils.translation import gettext as _


class DomainError(Exception):
    """A rule of the business said no. The text is translated and for the person at the screen."""


class TooManyRows(DomainError):
    """More groups than a report keeps, shows and writes into files."""

    def __init__(self, most: int) -> None:
        super().__init__(
            _(
                "This would be more than %(most)s rows, which nobody reads. Choose fewer days or"
                " places, a filter, or one grouping less."
            )
            % {"most": number_format(most, force_grouping=True)}
        )


class Busy(DomainError):
    """Others kept the same rows locked for too long; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(
            _("Others are changing the same stock at this moment. Nothing was changed; try again.")
        )

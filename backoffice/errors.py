from django.utils.translation import gettext as _

from backoffice.lib.errors import DomainError


class OtherReportUnderKey(DomainError):
    def __init__(self) -> None:
        super().__init__(_("This page was used for another report. Load it again, then ask anew."))

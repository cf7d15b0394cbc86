"""The company's row as every page shows it (`backoffice.lib.house`)."""

from backoffice.lib.house import House
from stores.models import Company


def read() -> House:
    """The row in one query, without what decisions read."""
    fields = ("name", "currency", "time_zone", "language", "languages", "version")
    row = Company.objects.values(*fields).get(pk=1)
    return House(**row | {"languages": tuple(row["languages"])})

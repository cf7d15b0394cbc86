"""What can be chosen among settings: currencies, time zones, languages, by name."""

from functools import cache
from zoneinfo import available_timezones

from babel.numbers import get_currency_name
from django.utils.translation import get_language, to_locale

from stores.models import Company, Location
from stores.models.location import LocationQuerySet

# with cents: amounts are kept with two places
CURRENCIES = [
    "AED",
    "ARS",
    "AUD",
    "BGN",
    "BRL",
    "CAD",
    "CHF",
    "CNY",
    "CZK",
    "DKK",
    "DZD",
    "EGP",
    "EUR",
    "GBP",
    "HKD",
    "HUF",
    "ILS",
    "INR",
    "MAD",
    "MXN",
    "MYR",
    "NOK",
    "NZD",
    "PHP",
    "PLN",
    "RON",
    "RSD",
    "SAR",
    "SEK",
    "SGD",
    "THB",
    "TRY",
    "UAH",
    "USD",
    "ZAR",
]
NOT_A_PLACE = ("Etc/", "US/", "SystemV/", "posix/", "right/")

type Choices = list[tuple[str, str]]


def currencies(now: str) -> Choices:
    """Currencies by name in the reader's language; the one in use, whatever it is."""
    locale = to_locale(get_language() or "en")
    codes = sorted({*CURRENCIES, now})
    named = [(code, f"{get_currency_name(code, locale=locale)} ({code})") for code in codes]
    return sorted(named, key=lambda choice: choice[1].casefold())


def time_zones(now: str) -> Choices:
    return [(name, name.replace("_", " ")) for name in sorted({*_places_of_clocks(), now})]


@cache
def _places_of_clocks() -> frozenset[str]:
    names = (name for name in available_timezones() if "/" in name)
    return frozenset(name for name in names if not name.startswith(NOT_A_PLACE)) | {"UTC"}


def shipping_places(company: Company) -> LocationQuerySet:
    """The open places that may ship online orders, and the one that does."""
    open_places = Location.objects.inner().active()
    return open_places | Location.objects.filter(pk=company.online_location_id or 0)

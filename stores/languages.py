"""The languages that Comptoir is complete in, and those of them that the company offers."""

from django.utils.functional import Promise

from backoffice.lib.house import house

LANGUAGE_NAMES = {"en": "English", "fr": "Français"}


def offered() -> list[tuple[str, str]]:
    return [(code, name) for code, name in LANGUAGE_NAMES.items() if code in house().languages]


def offered_or_browsers(no_choice: str | Promise) -> list[tuple[str, str | Promise]]:
    """The same, after the words for having chosen none."""
    return [("", no_choice), *offered()]

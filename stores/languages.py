"""The languages that Comptoir is complete in, and those of them that the company offers."""

from backoffice.lib.house import house
from backoffice.lib.text import Words

LANGUAGE_NAMES = {"en": "English", "fr": "Français"}


def offered() -> list[tuple[str, str]]:
    return [(code, name) for code, name in LANGUAGE_NAMES.items() if code in house().languages]


def offered_or_browsers(no_choice: Words) -> list[tuple[str, Words]]:
    """The same, after the words for having chosen none."""
    return [("", no_choice), *offered()]

"""Text from people: one form of each character, and nothing invisible."""

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _

type Words = str | Promise  # a text, or one that is translated when somebody reads it

INVISIBLE = {"Cc", "Cf", "Cs", "Co"}  # control, format, surrogate and private characters
ALLOWED = {"\n", "\r", "\t", "\u200d"}  # line ends, tab, and the joiner inside emoji
ACCENTED = {  # for a letter without accent, what may stand in its place
    "a": "[aàáâãäå]",
    "c": "[cç]",
    "e": "[eèéêë]",
    "i": "[iìíîï]",
    "n": "[nñ]",
    "o": "[oòóôõö]",
    "u": "[uùúûü]",
    "y": "[yýÿ]",
}
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


def normal(text: str) -> str:
    """The text in NFKC, without blanks around it."""
    return unicodedata.normalize("NFKC", text).strip()


def search_form(text: str) -> str:
    """The text as it is compared in a search: lower case, without accents."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(LIGATURES))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def search_words(text: str) -> list[str]:
    """The runs of letters and digits in a text, as they are kept for searches and looked up."""
    return "".join(char if char.isalnum() else " " for char in search_form(text)).split()


def any_accent(word: str) -> str:
    """A regular expression for a word of `search_words` as it may be written in a name."""
    pattern = "".join(ACCENTED.get(char, char) for char in word)
    return pattern.replace("[oòóôõö][eèéêë]", "([oòóôõö][eèéêë]|œ)")


def refuse_invisible(text: str) -> None:
    """Raise `ValidationError` on control or format characters, which make names look alike."""
    if any(unicodedata.category(char) in INVISIBLE and char not in ALLOWED for char in text):
        raise ValidationError(
            _("Remove the invisible characters from this text."), code="invisible_characters"
        )

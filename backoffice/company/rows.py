"""A section of the settings for who may only read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from backoffice.company.forms import SectionForm
from backoffice.company.words import in_words
from stores.models import Company


@dataclass(frozen=True)
class SettingRow:
    label: str
    value: str
    explanation: str


def rows_of(form: SectionForm, company: Company) -> Sequence[SettingRow]:
    return [
        SettingRow(
            str(form.fields[name].label),
            in_words(name, getattr(company, name)),
            str(form.fields[name].help_text),
        )
        for name in form.names
    ]

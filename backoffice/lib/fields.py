"""Form fields for what people type: `12,5` or `12.5`, whole numbers in words they understand."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.utils import flatatt
from django.utils.formats import get_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.lib.text import normal, refuse_invisible

AMOUNT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
MAX_QUANTITY = 1_000_000


def offer(form: forms.Form, name: str, choices: Iterable[tuple[str, Any]]) -> None:
    """Let a select of the form offer these, which are known only when the form is made."""
    field = form.fields[name]
    if not isinstance(field, forms.ChoiceField):
        raise TypeError(f"{name} is no select")
    field.choices = list(choices)


class QuantityField(forms.IntegerField):
    """A whole number of units, from `min_value` (1) to a million."""

    def __init__(self, *, min_value: int = 1, max_value: int = MAX_QUANTITY, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **kwargs)
        self.error_messages["invalid"] = _("Type a whole number, such as 12.")
        self.validators = [
            MinValueValidator(min_value, _("Type at least %(limit_value)s.")),
            MaxValueValidator(max_value, _("Type at most %(limit_value)s.")),
        ]
        self.widget.attrs.setdefault("inputmode", "numeric")

    def to_python(self, value: Any) -> int | None:
        if isinstance(value, str) and value and not re.fullmatch(r"\s*-?[0-9]{1,20}\s*", value):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class PlainSelect(forms.Select):
    """A select of many plain options, written at once instead of by a template for each."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = set(self.format_value(value))
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, " selected" * (str(key) in chosen), label) for key, label in self.choices),
        )
        own = flatatt(self.build_attrs(self.attrs, {**(attrs or {}), "name": name}))
        return format_html("<select{}>{}</select>", own, options)


class PlainCheckboxes(forms.CheckboxSelectMultiple):
    """Many boxes as entries of a menu, written at once instead of by a template for each."""

    def render(
        self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        chosen = set(self.format_value(value))
        own = self.build_attrs(self.attrs, {**(attrs or {}), "type": "checkbox", "name": name})
        known = own.pop("id", f"id_{name}")
        return format_html_join(
            "",
            '<label class="menu-item"><input{} id="{}_{}" value="{}"{}> {}</label>',
            (
                (flatatt(own), known, number, key, " checked" * (str(key) in chosen), label)
                for number, (key, label) in enumerate(self.choices)
            ),
        )


class SeveralField(forms.MultipleChoiceField):
    """Some of the choices, each once, however often it was sent."""

    widget = forms.CheckboxSelectMultiple

    def to_python(self, value: Any) -> list[str]:
        return list(dict.fromkeys(super().to_python(value)))


class MoneyInput(forms.TextInput):
    def format_value(self, value: Any) -> str | None:
        """What was typed stays as it is; an amount is written as the reader's language does."""
        if isinstance(value, Decimal):
            return str(value).replace(".", get_format("DECIMAL_SEPARATOR"))
        return None if value is None else str(value)


class MoneyFormField(forms.DecimalField):
    """An amount with two places; a comma or a point before the cents."""

    widget = MoneyInput

    def __init__(self, *, min_value: Decimal | int = 0, **kwargs: Any) -> None:
        super().__init__(min_value=min_value, max_digits=12, decimal_places=2, **kwargs)
        self.error_messages["invalid"] = _("Type an amount, such as 12.50.")
        self.widget.attrs.setdefault("inputmode", "decimal")

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.strip().replace("\u00a0", "").replace("\u202f", "").replace(" ", "")
            if value.count(",") == 1 and "." not in value:
                value = value.replace(",", ".")
            if value and not AMOUNT.fullmatch(value):
                raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class NameField(forms.CharField):
    """One line of text that people read: normalised, without invisible characters."""

    def __init__(self, *, max_length: int = 200, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        return " ".join(normal(super().to_python(value) or "").split())

    def validate(self, value: str) -> None:
        super().validate(value)
        refuse_invisible(value)


class ParagraphsField(forms.CharField):
    """A longer text that people read: normalised, without invisible characters."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return normal(super().to_python(value) or "").replace("\r\n", "\n")

    def validate(self, value: str) -> None:
        super().validate(value)
        refuse_invisible(value)

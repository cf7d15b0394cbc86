"""What people type into a form: amounts with a comma or a point, in both languages."""

from decimal import Decimal

import pytest
from django import forms
from django.utils import translation

from backoffice.lib.fields import MoneyFormField, QuantityField


class PriceForm(forms.Form):
    price = MoneyFormField()


@pytest.fixture(params=["en", "fr"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("12,5", "12.5"),
        ("12.5", "12.5"),
        ("12", "12"),
        (" 12,50 ", "12.50"),
        ("1 234,50", "1234.50"),
        ("1\u202f234.50", "1234.50"),
    ],
)
def test_an_amount_is_typed_with_a_comma_or_a_point(language: str, typed: str, amount: str) -> None:
    with translation.override(language):
        assert MoneyFormField().clean(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed",
    [
        "1,234.50",
        "12,5,0",
        "12.5.0",
        "12,505",
        "1e3",
        "abc",
        "-1",
        "1_000",
        "٣",
        "NaN",
        "Infinity",
        ".",
        "\x00",
    ],
)
def test_what_is_no_amount_is_refused(language: str, typed: str) -> None:
    with translation.override(language), pytest.raises(forms.ValidationError):
        MoneyFormField().clean(typed)


@pytest.mark.parametrize("typed", ["12,5", "12.5", "1e3", "abc"])
def test_units_are_whole(language: str, typed: str) -> None:
    with translation.override(language), pytest.raises(forms.ValidationError):
        QuantityField().clean(typed)


@pytest.mark.parametrize(("spoken", "shown"), [("en", "1234.50"), ("fr", "1234,50")])
def test_an_amount_to_change_is_written_as_the_language_does(spoken: str, shown: str) -> None:
    with translation.override(spoken):
        assert f'value="{shown}"' in str(PriceForm(initial={"price": Decimal("1234.50")})["price"])
        assert PriceForm({"price": shown}).is_valid()


def test_what_was_typed_stays_as_it_was(language: str) -> None:
    with translation.override(language):
        assert 'value="12,5x"' in str(PriceForm({"price": "12,5x"})["price"])

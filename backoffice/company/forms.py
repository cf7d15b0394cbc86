"""One form for each section of the company's settings: what each setting does, and its limits."""

import json
from typing import Any, ClassVar

from django import forms
from django.core.validators import RegexValidator
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.company.choices import currencies, shipping_places, time_zones
from backoffice.company.words import as_text, label_of, usual
from backoffice.lib.fields import (
    MoneyFormField,
    NameField,
    ParagraphsField,
    QuantityField,
    SeveralField,
    offer,
)
from backoffice.lib.text import Words
from stores.forms import AddressField, TwoFactorRolesField
from stores.languages import LANGUAGE_NAMES
from stores.models import Company, Location


class SectionForm(forms.Form):
    """The settings of one section; `seen` carries along what the page showed."""

    section: ClassVar[str]
    title: ClassVar[Words]
    seen = forms.CharField(max_length=4000, required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, company: Company) -> None:
        self.names = [name for name in self.base_fields if name != "seen"]
        initial = {name: getattr(company, name) for name in self.names}
        initial["seen"] = self.shown_by(company)
        super().__init__(data, initial=initial, auto_id=f"{self.section}-%s")
        for name in self.names:
            field = self.fields[name]
            field.label = label_of(name)
            if default := usual(name):
                words = gettext("Default: %(default)s.") % {"default": default}
                field.help_text = f"{field.help_text} {words}"
        self.prepare(company)

    def prepare(self, company: Company) -> None:
        """Fill in the choices that depend on how the company is."""

    def shown_by(self, company: Company) -> str:
        return json.dumps(as_text(company, self.names))

    @property
    def shown(self) -> dict[str, str]:
        """What the page showed, as the form brought it back."""
        try:
            seen = json.loads(self.cleaned_data["seen"])
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}

    @property
    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.names}

    def look_again(self, company: Company) -> None:
        """Carry along what is true now, and keep what was typed."""
        assert isinstance(self.data, QueryDict)
        self.data = self.data.copy()
        self.data["seen"] = self.shown_by(company)


class IdentityForm(SectionForm):
    section, title = "company", _("Company")
    name = NameField(
        max_length=80,
        help_text=_("Stands on top of receipts, papers and mails, from the next one on."),
    )
    legal_name = NameField(
        max_length=120,
        required=False,
        help_text=_(
            "The company as the law knows it, such as Comptoir SAS; receipts and delivery notes show"
            " it under the name."
        ),
    )
    address = ParagraphsField(
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Of the company's seat, line by line, for receipts and delivery notes."),
    )
    tax_number = NameField(
        max_length=40,
        required=False,
        validators=[
            RegexValidator(
                r"^[A-Za-z0-9 .\-/]*$",
                _("Use letters, digits, spaces, points, hyphens and slashes."),
            )
        ],
        help_text=_(
            "Such as FR 12 345678901. Every receipt shows it; one that is printed again shows what is"
            " written here then."
        ),
    )


class MoneyForm(SectionForm):
    section, title = "money", _("Money")
    currency = forms.ChoiceField(
        help_text=_(
            "Of every price, receipt and report. Figures stay as they are and are read in the new"
            " currency, so it can change only until the first sale or order."
        )
    )
    prices_include_tax = forms.BooleanField(
        required=False,
        help_text=_(
            "Whether the prices of products contain the tax, as shops for the public do, or tax is"
            " added. A change reads the same prices the other way from the next sale on: receipts and"
            " orders that were placed keep their amounts; who stands at the checkout of the shop is"
            " shown the new total first."
        ),
    )

    def prepare(self, company: Company) -> None:
        offer(self, "currency", currencies(company.currency))


class LanguageForm(SectionForm):
    section, title = "language", _("Time and language")
    time_zone = forms.ChoiceField(
        help_text=_(
            "The clock of head office's pages, and of mails to people of the whole company. A store's"
            " day ends at its own midnight, whatever stands here."
        )
    )
    languages = SeveralField(
        choices=list(LANGUAGE_NAMES.items()),
        error_messages={"required": _("Offer at least one language.")},
        help_text=_(
            "Of pages and mails. Who chose a language that is no longer offered reads the next one"
            " below, and has their own back when it is offered again."
        ),
    )
    language = forms.ChoiceField(
        choices=list(LANGUAGE_NAMES.items()),
        help_text=_("For visitors whose browser asks for none that is offered, and their mails."),
    )

    def prepare(self, company: Company) -> None:
        offer(self, "time_zone", time_zones(company.time_zone))

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("language") not in typed.get("languages", [typed.get("language")]):
            self.add_error("language", _("Choose one of the languages that are offered."))
        return typed


class MailForm(SectionForm):
    section, title = "mail", _("Mail")
    mail_name = NameField(
        max_length=80, help_text=_("What readers see as the sender of every mail of Comptoir.")
    )
    mail_address = AddressField(
        help_text=_(
            "Replies arrive there. Use an address of the company's own domain, which the mail server"
            " may send for; mails that wait leave with it too. Send yourself a trial mail afterwards."
        )
    )


class TimesForm(SectionForm):
    section, title = "times", _("Times")
    order_hold_minutes = QuantityField(
        max_value=1440,
        help_text=_(
            "So long an order that isn't paid yet keeps its goods from others; then it is cancelled."
            " Orders that were placed keep the time that they were promised."
        ),
    )
    request_waits_hours = QuantityField(
        max_value=24 * 28,
        help_text=_(
            "An undecided request that is older is shown as waiting too long, and raises an alert."
            " Alerts follow a change at once."
        ),
    )
    digest_at = forms.TimeField(
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Type a time, such as 07:00.")},
        help_text=_(
            "When the daily digest of alerts leaves, on each reader's own clock. Who had today's"
            " already gets the next one tomorrow."
        ),
    )
    report_days = QuantityField(
        min_value=30,
        max_value=3660,
        help_text=_(
            "Older runs are deleted at night, with their figures and papers; the last run of each"
            " schedule stays, and so does who got them by mail."
        ),
    )
    mail_days = QuantityField(
        min_value=30,
        max_value=3660,
        help_text=_(
            "Older mails that were sent are deleted at night, with their files. Who got which report"
            " stays known; a mail that could not be sent stays until somebody sends it."
        ),
    )


class LimitsForm(SectionForm):
    section, title = "limits", _("Limits")
    most_change = MoneyFormField(
        help_text=_(
            "A till refuses cash that would need more change than this: something else was typed or"
            " scanned as the amount. 0: no change is given."
        )
    )
    unpaid_orders = QuantityField(
        max_value=100,
        help_text=_("A customer with so many orders to pay is asked to pay one before the next."),
    )
    unpaid_units = QuantityField(
        max_value=100_000,
        help_text=_(
            "More than this in all their unpaid orders is refused: goods are for others too."
        ),
    )


class RightsForm(SectionForm):
    section, title = "rights", _("Rights and sign-in")
    own_requests_allowed = forms.BooleanField(
        required=False,
        help_text=_(
            "Lets a person who may decide restock requests approve one that they made, or added lines"
            " to. Switched off, somebody else has to."
        ),
    )
    session_days = QuantityField(
        max_value=90,
        help_text=_("Then one signs in again. It counts from the next sign-in of each person on."),
    )
    idle_hours = QuantityField(
        max_value=24 * 14,
        help_text=_(
            "Who works for the company and leaves a browser alone for so long signs in again; a page"
            " that refreshes itself isn't a click. Choose more than the longest shift, so that no till"
            " asks in the middle of one. Customers stay signed in."
        ),
    )
    two_factor_roles = TwoFactorRolesField()


class ShopForm(SectionForm):
    section, title = "shop", _("Online shop")
    online_location = forms.ModelChoiceField(
        queryset=Location.objects.none(),
        required=False,
        empty_label=_("nobody: orders are collected in stores"),
        help_text=_(
            "Whose stock the shop shows for home delivery, and who ships it. Orders that were placed"
            " stay where their goods are kept. The place can't close while it is chosen."
        ),
    )

    def prepare(self, company: Company) -> None:
        field = self.fields["online_location"]
        field.queryset = shipping_places(company)  # type: ignore[attr-defined]


SECTIONS: dict[str, type[SectionForm]] = {
    form.section: form
    for form in (
        IdentityForm,
        MoneyForm,
        LanguageForm,
        MailForm,
        TimesForm,
        LimitsForm,
        RightsForm,
        ShopForm,
    )
}

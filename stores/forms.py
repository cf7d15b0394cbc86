from functools import partial
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.lib.fields import NameField, SeveralField
from backoffice.lib.text import normal, refuse_invisible
from stores.actions.places import CHANGEABLE
from stores.languages import offered, offered_or_browsers
from stores.models import Location, Role, User

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class AddressField(forms.EmailField):
    """An e-mail address in the one form in which it is kept, which is the one that is checked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=254, **kwargs)

    def to_python(self, value: Any) -> str:
        return normal(super().to_python(value) or "").lower()

    def validate(self, value: str) -> None:
        super().validate(value)
        refuse_invisible(value)


class ProfileForm(forms.Form):
    name = NameField(
        label=_("Name"), max_length=120, help_text=_("As it stands beside what you do.")
    )
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=partial(offered_or_browsers, _("as the browser asks")),
        help_text=_("Of every page, and of the mails you receive."),
    )
    theme = forms.ChoiceField(label=_("Appearance"), choices=User.Theme.choices)


class LanguageForm(forms.Form):
    language = forms.ChoiceField(
        label=_("Language"),
        choices=offered,
        widget=forms.RadioSelect,
    )
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class LocationForm(forms.ModelForm):  # type: ignore[type-arg]
    """What can change about a place; code and kind are shown, not changed."""

    name = NameField(label=_("Name"), max_length=80)
    street = NameField(label=_("Street"), required=False)
    postcode = NameField(label=_("Postcode"), max_length=12, required=False)
    city = NameField(label=_("City"), max_length=80, required=False)
    opening_hours = NameField(
        label=_("Opening hours"),
        required=False,
        help_text=_("In words, such as Mon–Sat 9–19; customers who collect read them."),
    )

    class Meta:
        model = Location
        fields = CHANGEABLE
        help_texts = {"time_zone": _("A day of this place ends at its own midnight.")}


class NewLocationForm(LocationForm):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(kind.value, kind.label) for kind in Location.INNER]
    )
    opens_on = forms.DateField(
        label=_("Opens on"),
        required=False,
        widget=DAY,
        help_text=_("Empty: now. Until that day it sells nothing and is asked for nothing."),
    )

    class Meta(LocationForm.Meta):
        fields = [
            "kind",
            "name",
            "code",
            "street",
            "postcode",
            "city",
            "opening_hours",
            "time_zone",
            "receives_by_hand",
        ]


class ClosingForm(forms.Form):
    """From when, until when and why a place is closed."""

    closes_on = forms.DateField(
        label=_("Closed from"),
        widget=DAY,
        help_text=_("The first day on which it is closed; today closes it now."),
    )
    opens_on = forms.DateField(
        label=_("Opens again on"),
        required=False,
        widget=DAY,
        help_text=_("Empty: it stays closed until somebody opens it."),
    )
    reason = NameField(
        label=_("Reason, for customers"),
        required=False,
        help_text=_("Such as “We refit the shop”. Who wanted to collect there reads it."),
    )


class OpeningForm(forms.Form):
    opens_on = forms.DateField(
        label=_("Opens on"), required=False, widget=DAY, help_text=_("Empty: now.")
    )


class PlaceField(forms.CharField):
    """A store or logistics centre by its name or code, typed or picked; empty is the whole company."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=80, required=False, **kwargs)
        self.widget.attrs |= {"list": "places", "autocomplete": "off"}

    def clean(self, value: Any) -> Location | None:
        typed = normal(super().clean(value))
        if not typed:
            return None
        named = Q(code=typed.lower()) | Q(name__iexact=typed)
        found = list(Location.objects.inner().kept().filter(named)[:2])
        if not found:
            raise forms.ValidationError(_("No place has this name or code."), code="unknown")
        if len(found) > 1:
            raise forms.ValidationError(_("Several places have this name: type the code."))
        return found[0]


class RoleForm(forms.Form):
    role = forms.TypedChoiceField(label=_("Role"), choices=Role, coerce=Role)
    location = PlaceField(
        label=_("Place"),
        help_text=_(
            "By name or code: a store for clerks and managers; empty for roles of the whole company."
        ),
    )


class MoreRoleForm(RoleForm):
    """One more role of the same invitation, which may stay empty."""

    role = forms.TypedChoiceField(
        label=_("Role"), choices=[("", "–"), *Role.choices], coerce=Role, required=False
    )
    location = PlaceField(label=_("Place"))

    def clean(self) -> None:
        if self.cleaned_data.get("location") and not self.cleaned_data.get("role"):
            self.add_error("role", _("Choose the role, or empty the place."))


class PersonForm(RoleForm):
    name = NameField(label=_("Name"), max_length=120)
    email = AddressField(label=_("E-mail"))
    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        choices=partial(offered_or_browsers, _("as the browser asks")),
        help_text=_("Of the invitation, too."),
    )
    field_order = ["name", "email", "language", "role", "location"]


class InvitationForms:
    """The sheet of an invitation: the person with a first role, and up to four more."""

    def __init__(self, data: Any = None) -> None:
        self.person = PersonForm(data)
        self.more_roles = [MoreRoleForm(data, prefix=f"role-{number}") for number in range(2, 6)]

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in (self.person, *self.more_roles)]  # each says its own
        return all(valid)

    @property
    def more_is_open(self) -> bool:
        return any(form.has_changed() for form in self.more_roles)

    @property
    def who(self) -> dict[str, str]:
        return {name: self.person.cleaned_data[name] for name in ("name", "email", "language")}

    @property
    def roles(self) -> list[tuple[Role, Location | None]]:
        filled = (form.cleaned_data for form in (self.person, *self.more_roles))
        return [(typed["role"], typed["location"]) for typed in filled if typed["role"]]


class TwoFactorRolesField(SeveralField):
    """Which roles need two-factor sign-in, for the company's settings."""

    def __init__(self) -> None:
        super().__init__(
            choices=Role.choices,
            required=False,
            label=_("Roles that need two-factor sign-in"),
            help_text=_(
                "People with one of these roles set up a code on their phone before they do"
                " anything else."
            ),
        )


class CodeField(forms.CharField):
    """A code of six digits, or a recovery code of eight, as it is read from a phone or from paper."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs |= {
            "autocomplete": "one-time-code",
            "inputmode": "numeric",
            "autocapitalize": "none",
        }


class PasswordAgainForm(forms.Form):
    """The password of who is signed in, before something changes that keeps strangers out."""

    password = forms.CharField(
        label=_("Your password, once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class EmailForm(PasswordAgainForm):
    email = AddressField(label=_("New e-mail"))
    field_order = ["email", "password"]


class SecondStepForm(forms.Form):
    code = CodeField(
        label=_("Code"),
        help_text=_("Six digits that the app on your phone shows, or one of your recovery codes."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["autofocus"] = True


class SetUpForm(PasswordAgainForm):
    """A first code of the phone; whoever has just signed in isn't asked for the password again."""

    started = forms.CharField(max_length=500, widget=forms.HiddenInput)
    code = CodeField(label=_("Code"), help_text=_("Six digits that the app shows now."))
    field_order = ["code", "password"]

    def __init__(self, *args: Any, with_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_password:
            del self.fields["password"]

from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.models import Snapshot
from backoffice.reports.definitions import REPORTS
from stores.models import Mail


class MailFilter(filters.FilterSet):  # type: ignore[misc]
    q = filters.CharFilter(
        label=_("Subject or address"),
        method="filter_words",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("name@…")}),
    )
    state = filters.ChoiceFilter(label=_("State"), choices=Mail.State, empty_label=_("all"))

    class Meta:
        model = Mail
        fields = ["q", "state"]

    def filter_words(self, mails: QuerySet[Mail], _name: str, words: str) -> QuerySet[Mail]:
        return mails.filter(Q(subject__icontains=words) | Q(to_email__icontains=words))


def _reports() -> list[tuple[str, Any]]:
    return [(definition.name, definition.title) for definition in REPORTS.values()]


class SnapshotFilter(filters.FilterSet):  # type: ignore[misc]
    report = filters.ChoiceFilter(label=_("Report"), choices=_reports, empty_label=_("all"))
    mine = filters.ChoiceFilter(
        label=_("Made by"), method="filter_mine", choices=[("me", _("me"))], empty_label=_("all")
    )

    class Meta:
        model = Snapshot
        fields = ["report", "mine"]

    def filter_mine(self, runs: QuerySet[Snapshot], _name: str, _value: str) -> QuerySet[Snapshot]:
        return runs.filter(made_by=self.request.user)

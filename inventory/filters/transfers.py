from typing import Any

import django_filters as filters
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.lib.filters import ListFilter, search_box
from inventory.models import Sku, Transfer, TransferLine
from inventory.models.transfer import TransferQuerySet
from inventory.queries.transfers import number_of
from stores.models import Location
from stores.models.location import LocationQuerySet

State = Transfer.State
OPEN = (State.DRAFT, *Transfer.ON_THE_ROAD)
STATES = [*State.choices, ("any", _("any state"))]


class TransferFilter(ListFilter):
    """Transfers; those still to be done, unless another state is set, what is due first on top."""

    q = search_box(_("Number or article"), placeholder=_("Search or scan…"))
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=STATES,
        empty_label=pgettext_lazy("transfers", "to be done"),
        method="in_state",
    )
    late = filters.ChoiceFilter(
        label=_("Expected"),
        choices=[("late", pgettext_lazy("transfers", "late"))],
        empty_label=_("at any time"),
        method="only_late",
    )

    class Meta:
        model = Transfer
        fields = ["q", "state", "late"]

    def filter_queryset(self, queryset: TransferQuerySet) -> TransferQuerySet:
        found: TransferQuerySet = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data
        if chosen.get("state") or chosen.get("q"):
            return found.order_by("-pk")
        return found.filter(state__in=OPEN).order_by(F("due_at").asc(nulls_last=True), "-pk")

    def filter_words(self, transfers: TransferQuerySet, _name: str, text: str) -> TransferQuerySet:
        lines = TransferLine.objects.filter(sku__in=Sku.objects.search(text))
        return transfers.filter(Q(pk=number_of(text) or 0) | Q(pk__in=lines.values("transfer")))

    def in_state(self, transfers: TransferQuerySet, _name: str, state: str) -> TransferQuerySet:
        return transfers if state == "any" else transfers.filter(state=state)

    def only_late(self, transfers: TransferQuerySet, _name: str, _late: str) -> TransferQuerySet:
        return transfers.on_the_road().filter(due_at__lt=timezone.now())


class OfficeTransferFilter(TransferFilter):
    source = filters.ModelChoiceFilter(
        label=pgettext_lazy("place", "From"),
        queryset=Location.objects.none(),
        to_field_name="code",
        empty_label=_("all"),
    )
    destination = filters.ModelChoiceFilter(
        label=pgettext_lazy("place", "To"),
        queryset=Location.objects.none(),
        to_field_name="code",
        empty_label=_("all"),
    )

    class Meta:
        model = Transfer
        fields = ["q", "state", "source", "destination", "late"]

    def __init__(self, *args: Any, places: LocationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("source", "destination"):
            self.filters[name].queryset = places


class StoreTransferFilter(TransferFilter):
    """Coming here, unless what is going out is asked for."""

    way = filters.ChoiceFilter(
        label=_("Direction"),
        choices=[("out", _("going out"))],
        empty_label=_("coming here"),
        method="in_direction",
    )

    class Meta:
        model = Transfer
        fields = ["q", "way", "state", "late"]

    def __init__(self, *args: Any, place: Location, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place

    def filter_queryset(self, queryset: TransferQuerySet) -> TransferQuerySet:
        chosen = self.form.cleaned_data
        if not chosen.get("way") and not chosen.get("q"):
            queryset = queryset.filter(destination=self.place)
        return super().filter_queryset(queryset)

    def in_direction(self, transfers: TransferQuerySet, _name: str, _way: str) -> TransferQuerySet:
        return transfers.filter(source=self.place)

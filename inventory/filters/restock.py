from datetime import timedelta
from typing import Any

import django_filters
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from inventory.models import RestockRequest
from inventory.models.restock import RestockRequestQuerySet
from stores.models import Location
from stores.models.location import LocationQuerySet

State = RestockRequest.State
AGES = [("1", _("a day")), ("3", _("three days")), ("7", _("a week"))]


class RestockQueueFilter(django_filters.FilterSet):  # type: ignore[misc]
    """The approver's queue: what waits, unless another state is set."""

    state = django_filters.ChoiceFilter(
        label=_("State"),
        choices=[
            (State.APPROVED.value, _("on its way")),
            (State.DONE.value, _("received")),
            (State.REFUSED.value, _("refused")),
            ("any", _("any state")),
        ],
        empty_label=_("waiting for a decision"),
        method="in_state",
    )
    store = django_filters.ModelChoiceFilter(
        label=_("Store"), queryset=Location.objects.none(), empty_label=_("all stores")
    )
    age = django_filters.ChoiceFilter(
        label=_("Asked more than"), choices=AGES, empty_label=_("any time ago"), method="older"
    )

    class Meta:
        model = RestockRequest
        fields = ["state", "store", "age"]

    def __init__(self, *args: Any, stores: LocationQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["store"].queryset = stores

    def filter_queryset(self, queryset: RestockRequestQuerySet) -> RestockRequestQuerySet:
        """What waits comes oldest first, what was decided newest first."""
        found: RestockRequestQuerySet = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("state"):
            return found.order_by("-pk")
        return found.pending().order_by("pk")

    def in_state(
        self, queryset: RestockRequestQuerySet, _name: str, value: str
    ) -> RestockRequestQuerySet:
        return queryset if value == "any" else queryset.filter(state=value)

    def older(
        self, queryset: RestockRequestQuerySet, _name: str, value: str
    ) -> RestockRequestQuerySet:
        return queryset.filter(asked_at__lt=timezone.now() - timedelta(days=int(value)))


class StoreRestockFilter(django_filters.FilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(
        label=_("State"), choices=State.choices, empty_label=_("any state")
    )

    class Meta:
        model = RestockRequest
        fields = ["state"]

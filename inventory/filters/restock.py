from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.lib.filters import ListFilter, search_box
from inventory.models import RestockLine, RestockRequest, Sku
from inventory.models.restock import RestockRequestQuerySet
from inventory.queries.shortage import CONTESTED, ENOUGH, SHORT, with_verdict
from stores.models import Location

State = RestockRequest.State
AGES = [("1", _("a day")), ("3", _("three days")), ("7", _("a week"))]
VALUES = [(str(value), f"{value:,}".replace(",", " ")) for value in (100, 500, 1000, 5000)]
STUCK = "stuck"
LONGEST_NUMBER = 18  # digits of a request's number that a column can hold


class RestockQueueFilter(ListFilter):
    """The approver's queue: what waits, unless another state is set."""

    q = search_box(_("Search"), placeholder=_("R-number or article"))
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[
            (State.APPROVED.value, _("on its way")),
            (STUCK, _("approved, not carried out")),
            (State.SENT.value, _("in transit")),
            (State.DONE.value, _("received")),
            (State.REFUSED.value, _("refused")),
            (State.CANCELLED.value, _("withdrawn")),
            ("any", _("any state")),
        ],
        empty_label=_("waiting for a decision"),
        method="in_state",
    )
    shortage = filters.ChoiceFilter(
        label=_("Stock"),
        choices=[
            (SHORT, _("not enough")),
            (CONTESTED, _("not for all")),
            (ENOUGH, _("enough")),
        ],
        empty_label=_("enough or not"),
        method="by_verdict",
    )
    store = filters.ChoiceFilter(label=_("Store"), empty_label=_("all stores"))
    warehouse = filters.ChoiceFilter(label=_("Logistics centre"), empty_label=_("all centres"))
    age = filters.ChoiceFilter(
        label=_("Asked more than"), choices=AGES, empty_label=_("any time ago"), method="older"
    )
    value = filters.ChoiceFilter(
        label=_("Value from"), choices=VALUES, empty_label=_("any"), method="worth"
    )
    by = filters.CharFilter(
        label=_("Asked by"),
        method="asked_by",
        widget=forms.TextInput(attrs={"placeholder": _("name"), "maxlength": 100}),
    )

    own = filters.ChoiceFilter(
        label=_("My own requests"),
        choices=[("without", _("left out"))],
        method="without_own",
        widget=forms.HiddenInput,
    )

    class Meta:
        model = RestockRequest
        fields = ["q", "state", "shortage", "store", "warehouse", "age", "value", "by", "own"]

    def __init__(self, *args: Any, places: Sequence[Location], **kwargs: Any) -> None:
        """`places`: the stores, and the warehouses whose requests the person sees."""
        super().__init__(*args, **kwargs)
        for name, kind in (("store", Location.Kind.STORE), ("warehouse", Location.Kind.WAREHOUSE)):
            choices = [(str(place.pk), place.name) for place in places if place.kind == kind]
            self.filters[name].extra["choices"] = choices
        if len(choices) < 2:
            del self.filters["warehouse"]

    def filter_queryset(self, queryset: RestockRequestQuerySet) -> RestockRequestQuerySet:
        """What waits comes oldest first, what was decided newest first."""
        found: RestockRequestQuerySet = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("state"):
            return found.order_by("-pk")
        return found.pending().order_by("pk")

    def filter_words(
        self, queryset: RestockRequestQuerySet, _name: str, value: str
    ) -> RestockRequestQuerySet:
        """By the request's number, or by an article that it asks for."""
        number = value.strip().upper().removeprefix("R-")
        if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER:
            by_code = RestockLine.objects.filter(sku__code__iexact=value.strip())
            return queryset.filter(Q(pk=int(number)) | Q(pk__in=by_code.values("request")))
        lines = RestockLine.objects.filter(sku__in=Sku.objects.search(value))
        return queryset.filter(pk__in=lines.values("request"))

    def in_state(
        self, queryset: RestockRequestQuerySet, _name: str, value: str
    ) -> RestockRequestQuerySet:
        if value == STUCK:
            return queryset.stuck(timezone.now())
        return queryset if value == "any" else queryset.filter(state=value)

    def by_verdict(
        self, queryset: RestockRequestQuerySet, _name: str, value: str
    ) -> RestockRequestQuerySet:
        return with_verdict(queryset, value)

    def older(
        self, queryset: RestockRequestQuerySet, _name: str, value: str
    ) -> RestockRequestQuerySet:
        return queryset.filter(asked_at__lt=timezone.now() - timedelta(days=int(value)))

    def worth(
        self, queryset: RestockRequestQuerySet, _name: str, value: str
    ) -> RestockRequestQuerySet:
        return queryset.filter(value__gte=Decimal(value))

    def asked_by(
        self, queryset: RestockRequestQuerySet, _name: str, value: str
    ) -> RestockRequestQuerySet:
        named = Q(asked_by__name__icontains=value) | Q(asked_by__email__icontains=value)
        return queryset.filter(named)

    def without_own(
        self, queryset: RestockRequestQuerySet, _name: str, _value: str
    ) -> RestockRequestQuerySet:
        return queryset.asked_by_others(self.request.user)


class StoreRestockFilter(ListFilter):
    state = filters.ChoiceFilter(
        label=_("State"),
        choices=[
            *(choice for choice in State.choices if choice[0] != State.DRAFT),
            (STUCK, _("approved, not carried out")),
        ],
        empty_label=_("any state"),
        method="in_state",
    )

    class Meta:
        model = RestockRequest
        fields = ["state"]

    def in_state(
        self, queryset: RestockRequestQuerySet, _name: str, value: str
    ) -> RestockRequestQuerySet:
        return queryset.stuck(timezone.now()) if value == STUCK else queryset.filter(state=value)

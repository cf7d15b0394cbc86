import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.lib.filters import ListFilter, search_box
from shop.models import Order
from shop.models.order import OrderQuerySet
from stores.models import Location

OPEN, STUCK = "open", "stuck"


class OrderFilter(ListFilter):
    """Orders by number or customer, and by where they stand."""

    q = search_box(_("Search"), placeholder=_("Number, name or e-mail"))
    state = filters.ChoiceFilter(
        method="in_state",
        label=_("State"),
        empty_label=_("All"),
        choices=[
            (OPEN, _("To hand over")),
            (STUCK, _("Paid long ago, not handed over")),
            *Order.State.choices,
        ],
    )

    class Meta:
        model = Order
        fields: list[str] = []

    def filter_words(self, orders: OrderQuerySet, _name: str, text: str) -> OrderQuerySet:
        return orders.search(text)

    def in_state(self, orders: OrderQuerySet, _name: str, state: str) -> QuerySet[Order]:
        if state == STUCK:
            return orders.stuck()
        if state == OPEN:
            return orders.filter(state__in=Order.TO_HAND_OVER)
        return orders.filter(state=state)


class CompanyOrderFilter(OrderFilter):
    """The same over all places, and by place."""

    location = filters.ModelChoiceFilter(
        queryset=Location.objects.inner().kept(), label=_("Fulfilled by"), empty_label=_("All")
    )

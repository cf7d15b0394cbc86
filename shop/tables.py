from datetime import datetime

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.lib.tables import ListTable, MomentColumn, MoneyColumn, NumberColumn
from shop.models import Order

TONES = {
    Order.State.CREATED: "",
    Order.State.RESERVED: "",
    Order.State.SHIPPED: "state-good",
    Order.State.DONE: "state-good",
    Order.State.CANCELLED: "state-bad",
}


class OrderTable(ListTable):
    """Orders of one place, those to hand over first."""

    number = tables.Column(verbose_name=_("Order"))
    state = tables.Column(verbose_name=_("State"), order_by=("to_hand_over", "state"))
    customer = tables.Column(
        verbose_name=_("Customer"), accessor="customer__user", order_by="customer__user__name"
    )
    delivery = tables.Column(verbose_name=_("Delivery"))
    units = NumberColumn(verbose_name=_("Units"))
    total = MoneyColumn(verbose_name=_("Total"))
    placed_at = MomentColumn(verbose_name=_("Placed"))

    caption = _("Online orders")

    class Meta:
        empty_text = _(
            "No online orders here yet. They appear as soon as a customer has placed one."
        )
        attrs = {"class": "table"}

    def render_number(self, value: str, record: Order) -> SafeString:
        address = reverse("shop:store_order", args=[record.location.code, record.number])
        return format_html('<a class="nowrap" href="{}">{}</a>', address, value)

    def value_number(self, value: str) -> str:
        return value

    def render_state(self, value: str, record: Order) -> SafeString:
        tone = TONES.get(Order.State(record.state), "state-accent")
        return format_html('<span class="state {}">{}</span>', tone, value)

    def value_state(self, record: Order) -> str:
        return record.get_state_display()

    def value_placed_at(self, value: datetime) -> datetime:
        return value


class CompanyOrderTable(OrderTable):
    location = tables.Column(verbose_name=_("Fulfilled by"), order_by="location__name")

    class Meta(OrderTable.Meta):
        sequence = ("number", "state", "location", "...")

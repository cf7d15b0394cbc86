from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.lib.links import EACH, address_of_each
from backoffice.lib.tables import ListTable, MomentColumn, NumberColumn, PartColumn
from inventory.models import Transfer


class TransferTable(ListTable):
    """Transfers with how much is in them and how much of it is still on the road."""

    caption = _("Transfers")

    number = tables.Column(
        accessor="pk", verbose_name=pgettext_lazy("transfer", "Transfer"), order_by="pk"
    )
    source = tables.Column(
        verbose_name=pgettext_lazy("place", "From"), order_by=("source__name", "pk")
    )
    destination = tables.Column(
        verbose_name=pgettext_lazy("place", "To"), order_by=("destination__name", "pk")
    )
    articles = NumberColumn(verbose_name=_("Articles"), order_by=("articles", "pk"))
    units = NumberColumn(
        accessor="planned_units", verbose_name=_("Units"), order_by=("planned_units", "pk")
    )
    on_the_road = NumberColumn(
        accessor="on_the_road_now", verbose_name=_("In transit"), order_by=("on_the_road_now", "pk")
    )
    due_at = MomentColumn(verbose_name=_("Expected"), order_by=("due_at", "pk"), default="–")
    state = PartColumn(template_name="inventory/parts/transfer_state.html", verbose_name=_("State"))

    class Meta:
        model = Transfer
        empty_text = _("Nothing is on its way between two places, and nothing is being prepared.")
        fields = (
            "number",
            "source",
            "destination",
            "articles",
            "units",
            "on_the_road",
            "due_at",
            "state",
        )

    def __init__(self, *args: Any, place: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, where = ("store_transfer", (place,)) if place else ("transfer_detail", ())
        self.address = address_of_each(f"inventory:{name}", *where, EACH)

    def render_number(self, record: Transfer) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.address(record.pk), str(record))

    def value_number(self, record: Transfer) -> str:
        return str(record)

    def render_units(self, record: Any, column: NumberColumn) -> str:
        return column.render(self.value_units(record))

    def value_units(self, record: Any) -> int:
        units: int = record.sent_units if record.sent_at else record.planned_units
        return units

    def value_state(self, record: Transfer) -> str:
        return record.get_state_display()

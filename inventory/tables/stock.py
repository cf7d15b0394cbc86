from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.lib.links import EACH
from backoffice.lib.rows import figure_links
from backoffice.lib.tables import NUMBER, ListTable, NumberColumn, PartColumn
from backoffice.lib.text import Words
from inventory.actions.alerts import Figures, kinds_due
from inventory.models import Alert, Sku, StockLevel, StockMovement
from inventory.queries.stock import LevelHere
from stores.models import Location

BY_NAME = ("sku__product__name", "sku__variant", "pk")


def status_of(level: StockLevel | LevelHere) -> tuple[str, Words]:
    """The tone of a level, and what it says."""
    due = kinds_due(Figures(level.on_hand, level.available), reorder_point=level.reorder_point)
    if Alert.Kind.OUT in due:
        return "state-bad", _("out of stock")
    if Alert.Kind.LOW in due:
        return "state-warn", _("low")
    return "", ""


class StoreStockTable(ListTable):
    caption = _("Stock of this place")

    choose = PartColumn(
        template_name="inventory/parts/choose.html",
        verbose_name=_("Ask for"),
        orderable=False,
        exclude_from_export=True,
    )
    name = tables.Column(accessor="sku__full_name", verbose_name=_("SKU"), order_by=BY_NAME)
    code = tables.Column(accessor="sku__code", verbose_name=_("Code"), visible=False)
    on_hand = NumberColumn(order_by=("on_hand", "pk"))
    reserved = NumberColumn(order_by=("reserved", "pk"))
    available_now = NumberColumn(verbose_name=_("Available"), order_by=("available_now", "pk"))
    incoming = NumberColumn(order_by=("incoming", "pk"))
    reorder_point = NumberColumn(order_by=("reorder_point", "pk"))
    target = NumberColumn(order_by=("target", "pk"))
    status = tables.Column(empty_values=(), verbose_name=_("Status"), orderable=False)

    class Meta:
        model = StockLevel
        empty_text = _("No SKU is on sale yet: head office adds products.")
        fields = [
            "choose",
            "name",
            "code",
            "on_hand",
            "reserved",
            "available_now",
            "incoming",
            "reorder_point",
            "target",
            "status",
        ]
        order_by = "name"

    def __init__(self, *args: Any, place: Location, may_ask: bool, **kwargs: Any) -> None:
        super().__init__(*args, exclude=() if may_ask else ("choose",), **kwargs)
        self.place = place

    def _address(self, record: StockLevel) -> str:
        return reverse("inventory:stock_movements", args=[self.place.code, record.sku_id])

    def render_name(self, record: StockLevel, value: str) -> SafeString:
        return format_html(
            '<a href="{}">{}</a><small class="code">{}</small>',
            self._address(record),
            value,
            record.sku.code,
        )

    def value_name(self, value: str) -> str:
        return value

    def render_on_hand(self, record: StockLevel, value: int, column: NumberColumn) -> SafeString:
        return format_html(
            '<a class="figure-link" href="{}">{}</a>', self._address(record), column.render(value)
        )

    def value_on_hand(self, value: int) -> int:
        return value

    def render_status(self, record: StockLevel) -> SafeString | str:
        tone, words = status_of(record)
        return format_html('<span class="state {}">{}</span>', tone, words) if tone else ""

    def value_status(self, record: StockLevel) -> str:
        return str(status_of(record)[1])


def _beside(level: LevelHere) -> str:
    """What a figure on hand doesn't say: what of it is promised, and what is on its way."""
    words = []
    if level.reserved:
        words.append(_("%s reserved") % level.reserved)
    if level.incoming:
        words.append(_("%s incoming") % level.incoming)
    return ", ".join(words)


class PlaceColumn(tables.Column):  # type: ignore[misc]
    """What one place has of each SKU of the matrix."""

    def __init__(self, place: Location) -> None:
        super().__init__(verbose_name=place.name, empty_values=(), orderable=False, attrs=NUMBER)
        self.place_id = place.pk
        self.write = figure_links("inventory:office_movements", EACH, place.code)

    def level(self, record: Any) -> LevelHere | None:
        if not hasattr(record, "levels_by_place"):
            levels = [LevelHere(*figures) for figures in record.levels_here or ()]
            record.levels_by_place = {level.location_id: level for level in levels}
        found: LevelHere | None = record.levels_by_place.get(self.place_id)
        return found

    def render(self, record: Any) -> SafeString | str:
        level = self.level(record)
        if level is None:
            return "0"
        tone = status_of(level)[0].replace("state-", "")
        figure = self.write(record.pk, level.on_hand, tone)
        beside = _beside(level)
        return format_html("{} <small>{}</small>", figure, beside) if beside else figure

    def value(self, record: Any) -> int:
        level = self.level(record)
        return level.on_hand if level else 0


class StockOverviewTable(ListTable):
    caption = _("Stock by SKU and place")

    name = tables.Column(
        accessor="full_name",
        verbose_name=_("SKU"),
        order_by=("product__name", "variant", "pk"),
        attrs={"td": {"class": "matrix-name"}, "th": {"class": "matrix-name"}},
    )
    code = tables.Column(verbose_name=_("Code"), visible=False)
    on_hand_here = NumberColumn(verbose_name=_("Total"), order_by=("on_hand_here", "pk"))

    class Meta:
        model = Sku
        empty_text = _("The catalogue is empty: products and their stock will stand here.")
        fields = ["name", "code", "on_hand_here"]
        order_by = "name"
        attrs = {"class": "matrix"}

    def __init__(self, *args: Any, places: Sequence[Location], **kwargs: Any) -> None:
        columns = [(f"place_{place.pk}", PlaceColumn(place)) for place in places]
        super().__init__(*args, extra_columns=columns, **kwargs)

    def render_name(self, record: Sku, value: str) -> SafeString:
        return format_html(
            '<a href="{}">{}</a><small class="code">{}</small>',
            reverse("inventory:product_detail", args=[record.product_id]),
            value,
            record.code,
        )

    def value_name(self, value: str) -> str:
        return value

    def order_on_hand_here(
        self, skus: QuerySet[Sku], is_descending: bool
    ) -> tuple[QuerySet[Sku], bool]:
        return skus.order_by("-on_hand_here" if is_descending else "on_hand_here", "pk"), True


class MovementTable(ListTable):
    """For the file: the page has a list of its own, which isn't counted."""

    occurred_at = tables.Column(verbose_name=_("When"))
    code = tables.Column(accessor="sku__code", verbose_name=_("Code"))
    name = tables.Column(accessor="sku__full_name", verbose_name=_("SKU"))
    quantity = NumberColumn()
    source = tables.Column(verbose_name=pgettext_lazy("place", "From"))
    destination = tables.Column(verbose_name=pgettext_lazy("place", "To"))
    document = tables.Column(verbose_name=_("Document"))
    document_id = NumberColumn(verbose_name=_("Number"))
    by = tables.Column(verbose_name=_("By"), default="")

    class Meta:
        model = StockMovement
        fields = [
            "occurred_at",
            "code",
            "name",
            "quantity",
            "source",
            "destination",
            "document",
            "document_id",
            "by",
        ]
        orderable = False

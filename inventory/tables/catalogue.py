from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from backoffice.lib.tables import ListTable, MoneyColumn, NumberColumn
from inventory.models import Category, Product


class ProductTable(ListTable):
    caption = _("Products")

    name = tables.Column(verbose_name=_("Product"), order_by=("name", "pk"))
    code = tables.Column(verbose_name=_("Code"), attrs={"td": {"class": "code"}}, default="")
    category = tables.Column(order_by=("category__name", "name", "pk"))
    price_from = MoneyColumn(verbose_name=_("Price"), order_by=("price_from", "pk"))
    available_now = NumberColumn(verbose_name=_("Available"), order_by=("available_now", "pk"))
    is_active = tables.Column(verbose_name=_("On sale"), order_by=("is_active", "name", "pk"))

    class Meta:
        model = Product
        empty_text = _("The catalogue is empty: products and their prices will stand here.")
        fields = ["name", "code", "category", "price_from", "available_now", "is_active"]
        order_by = "name"

    def __init__(self, *args: Any, may_write: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if may_write:
            self.empty_action = (reverse("inventory:product_new"), _("Add the first product"))

    def render_name(self, record: Product) -> SafeString:
        address = reverse("inventory:product_detail", args=[record.pk])
        return format_html('<a href="{}">{}</a>', address, record.name)

    def value_name(self, record: Product) -> str:
        return record.name

    def render_code(self, value: str, record: Any) -> str:
        if record.sku_count < 2:
            return value
        return ngettext("%(count)s SKU", "%(count)s SKUs", record.sku_count) % {
            "count": record.sku_count
        }

    def value_code(self, value: str) -> str:
        return value

    def render_price_from(self, value: Decimal, record: Any, column: MoneyColumn) -> str:
        lowest = column.render(value)
        if record.price_to == value:
            return lowest
        return f"{lowest} – {column.render(record.price_to)}"

    def value_price_from(self, value: Decimal) -> Decimal:
        return value

    def render_is_active(self, value: bool) -> SafeString:
        if value:
            return format_html('<span class="state state-good">{}</span>', _("on sale"))
        return format_html('<span class="state">{}</span>', _("no longer"))

    def value_is_active(self, value: bool) -> str:
        return str(_("on sale") if value else _("no longer"))

    def order_available_now(
        self, products: QuerySet[Product], is_descending: bool
    ) -> tuple[QuerySet[Product], bool]:
        sign = "-" if is_descending else ""
        return products.order_by(f"{sign}available_now", "pk"), True


class CategoryTable(ListTable):
    caption = _("Categories")

    name = tables.Column()
    slug = tables.Column(attrs={"td": {"class": "code"}})
    position = NumberColumn()
    product_count = NumberColumn(verbose_name=_("Products"))

    class Meta:
        model = Category
        empty_text = _("There is no category yet: each product stands in one.")
        fields = ["name", "slug", "position", "product_count"]
        order_by = ("position", "name")

    def __init__(self, *args: Any, may_write: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_write = may_write

    def render_name(self, record: Category) -> SafeString | str:
        if not self.may_write:
            return record.name
        address = reverse("inventory:category_edit", args=[record.pk])
        return format_html('<a href="{}">{}</a>', address, record.name)

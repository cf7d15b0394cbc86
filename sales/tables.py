from collections.abc import Sequence
from typing import Any

import django_tables2 as tables
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from backoffice.lib.tables import MomentColumn, MoneyColumn, NumberColumn
from sales.models import Sale

LISTED_AT_MOST = 10_000


class NewestPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a table's first rows: a chain's receipts are not all counted at each look."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.data.data.order_by()[:LISTED_AT_MOST].count())


def receipt_url(record: Sale) -> str:
    return reverse("sales:receipt", args=[record.location.code, record.pk])


class SaleTable(tables.Table):  # type: ignore[misc]
    receipt = tables.Column(
        verbose_name=_("Receipt"),
        accessor="receipt_number",
        linkify=receipt_url,
        order_by="pk",
        attrs={"td": {"class": "nowrap"}},
    )
    sold_at = MomentColumn(verbose_name=_("When"), orderable=False)
    by = tables.Column(verbose_name=_("By"), orderable=False)
    channel = tables.Column(verbose_name=_("Channel"), orderable=False)
    units = NumberColumn(verbose_name=_("Units"))
    total = MoneyColumn(verbose_name=_("Total"))

    caption = _("Receipts")

    class Meta:
        model = Sale
        empty_text = _(
            "No receipts yet. Each sale at the till and each order handed over makes one."
        )
        fields: Sequence[str] = ("receipt", "sold_at", "by", "channel", "units", "total")
        order_by = "-receipt"

    def paginate(self, paginator_class: type[Paginator] = NewestPaginator, **kwargs: Any) -> None:  # type: ignore[type-arg]
        super().paginate(paginator_class=paginator_class, **kwargs)


class ChainSaleTable(SaleTable):
    location = tables.Column(verbose_name=_("Store"), orderable=False)

    class Meta(SaleTable.Meta):
        fields = ("receipt", "location", "sold_at", "by", "channel", "units", "total")

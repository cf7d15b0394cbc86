from collections.abc import Sequence

import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from backoffice.lib.tables import MomentColumn, MoneyColumn, NewestTable, NumberColumn
from sales.models import Sale


def receipt_url(record: Sale) -> str:
    return reverse("sales:receipt", args=[record.location.code, record.pk])


class SaleTable(NewestTable):
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


class ChainSaleTable(SaleTable):
    location = tables.Column(verbose_name=_("Store"), orderable=False)

    class Meta(SaleTable.Meta):
        fields = ("receipt", "location", "sold_at", "by", "channel", "units", "total")

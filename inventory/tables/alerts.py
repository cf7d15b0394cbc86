from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

import django_tables2 as tables
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from backoffice.lib.tables import NUMBER, ListTable, MoneyColumn, PartColumn
from inventory.models import Alert
from inventory.queries.alert_rows import AlertRows
from stores.models import Location

PARTS = "inventory/parts/alert"
WIDE = {"td": {"class": "wide"}}  # on a phone


class LostColumn(MoneyColumn):
    def render(self, value: int | Decimal) -> str:
        return super().render(value) if value else "–"


class AlertTable(ListTable):
    caption = _("Alerts, most urgent first")

    choose = PartColumn(
        template_name=f"{PARTS}_choose.html",
        verbose_name=_("Choose"),
        exclude_from_export=True,
    )
    product = PartColumn(template_name=f"{PARTS}_about.html", verbose_name=_("About"))
    code = tables.Column(accessor="sku__code", verbose_name=_("Code"), visible=False)
    kind = PartColumn(template_name=f"{PARTS}_state.html", verbose_name=_("State"), attrs=WIDE)
    location = tables.Column(verbose_name=_("Place"))
    available_now = PartColumn(
        template_name=f"{PARTS}_available.html", verbose_name=_("Available"), attrs=NUMBER
    )
    reorder_point = tables.Column(verbose_name=_("Reorder point"), visible=False)
    way = PartColumn(
        template_name=f"{PARTS}_way.html", verbose_name=_("On the way"), exclude_from_export=True
    )
    lost_per_day = LostColumn(verbose_name=_("Lost per day"))
    opened_at = tables.Column(verbose_name=_("Since"), visible=False)
    closed_at = PartColumn(template_name=f"{PARTS}_ended.html", verbose_name=_("Closed"))
    step = PartColumn(
        template_name=f"{PARTS}_step.html",
        verbose_name=_("Next step"),
        attrs=WIDE,
        exclude_from_export=True,
    )

    class Meta:
        model = Alert
        fields: tuple[str, ...] = ()
        sequence = (
            *("choose", "product", "code", "kind", "location", "available_now"),
            *("reorder_point", "way", "lost_per_day", "opened_at", "closed_at", "step"),
        )
        orderable = False
        attrs = {"class": "alerts"}

    def __init__(
        self,
        *args: Any,
        place: Location | None,
        closed: bool,
        rows: Callable[[list[Alert]], AlertRows],
        acts: bool,
        **kwargs: Any,
    ) -> None:
        """For one place, or for all; `closed` shows what ended each; `acts` lets rows be ticked."""
        hidden = [
            *(["location"] if place else []),
            *(["way", "step"] if closed else ["closed_at"]),
            *([] if acts and not closed else ["choose"]),
        ]
        self.place = place
        self.find_rows = rows
        super().__init__(*args, exclude=hidden, **kwargs)
        self.empty_text = (
            gettext("No alert has ended yet.")
            if closed
            else gettext("Nothing calls for you. What runs low, is late or waits appears here.")
        )

    @cached_property
    def beside(self) -> AlertRows:
        """What is said beside the rows of the page."""
        return self.find_rows([row.record for row in self.paginated_rows])

    def value_product(self, record: Alert) -> str:
        return record.about

    def value_kind(self, record: Alert) -> str:
        return record.get_kind_display()

    def value_opened_at(self, value: datetime) -> datetime:
        return value

    def value_closed_at(self, value: datetime | None) -> datetime | None:
        return value

    def value_available_now(self, record: Alert) -> int | str:
        return "" if record.available_now is None else record.available_now

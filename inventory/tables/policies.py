from functools import cached_property
from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from backoffice.lib.tables import ListTable, MomentColumn, PartColumn
from inventory.actions.settle import FIELDS
from inventory.models import PolicyChange, StockPolicy
from inventory.queries.policies import STANDARD, Figures, figures_of, labels, scope_in_words
from stores.models import Location

type AnyPolicy = StockPolicy | PolicyChange


class WhatColumn(tables.Column):  # type: ignore[misc]
    """A SKU, a category or everything."""

    def __init__(self) -> None:
        super().__init__(verbose_name=_("For"), empty_values=(), orderable=False)

    def render(self, record: AnyPolicy) -> SafeString:
        what, _where = scope_in_words(record.location, record.category, record.sku)
        code = record.sku.code if record.sku else _("category") if record.category else ""
        return format_html('{} <small class="code">{}</small>', what, code)

    def value(self, record: AnyPolicy) -> str:
        return record.sku.code if record.sku else str(record.category or "*")


class WhereColumn(tables.Column):  # type: ignore[misc]
    def __init__(self) -> None:
        super().__init__(verbose_name=_("Place"), empty_values=(), orderable=False)

    def render(self, record: AnyPolicy) -> str:
        return scope_in_words(record.location, record.category, record.sku)[1]


class FigureColumn(tables.Column):  # type: ignore[misc]
    """What a policy states; grey, with where it comes from, what it inherits."""

    def __init__(self, name: str) -> None:
        number = {"class": "number"} if isinstance(STANDARD[name], int) else {}
        super().__init__(
            verbose_name=labels()[name],
            empty_values=(),
            orderable=False,
            attrs={"td": number, "th": number},
        )
        self.field = name

    def render(self, record: StockPolicy, table: "PolicyTable") -> SafeString:
        figure = table.figures[record.pk][self.field]
        if figure.is_stated:
            return format_html("<strong>{}</strong>", figure.shown)
        return format_html(
            '<span class="muted">{} <small>{}</small></span>', figure.shown, figure.origin
        )

    def value(self, record: StockPolicy) -> Any:
        value = getattr(record, self.field.removesuffix("_id"))
        return "" if value is None else value


class PolicyTable(ListTable):
    caption = _("Policies")

    choose = PartColumn(
        template_name="inventory/parts/choose_policy.html",
        verbose_name=pgettext_lazy("verb", "Change"),
        orderable=False,
        exclude_from_export=True,
    )
    what = WhatColumn()
    where = WhereColumn()

    class Meta:
        model = StockPolicy
        empty_text = _("Nothing is stated yet: every place keeps what the standard says.")
        fields = ["what", "where"]
        sequence = ["choose", "what", "where", "..."]
        attrs = {"class": "policy-table"}

    def __init__(self, *args: Any, may_write: bool, **kwargs: Any) -> None:
        columns = [(name, FigureColumn(name)) for name in FIELDS]
        hidden = () if may_write else ("choose",)
        super().__init__(*args, extra_columns=columns, exclude=hidden, **kwargs)

    @cached_property
    def figures(self) -> dict[int, Figures]:
        """Of the rows on the open page."""
        rows = [row.record for row in self.page.object_list]
        return dict(zip([row.pk for row in rows], figures_of(rows), strict=True))


class PolicyChangeTable(ListTable):
    caption = _("Changes of policies, newest first")

    at = MomentColumn(verbose_name=_("When"), orderable=False)
    what_for = WhatColumn()
    where = WhereColumn()
    what = tables.Column(accessor="get_what_display", verbose_name=_("What"), orderable=False)
    before = tables.Column(verbose_name=_("Before"), empty_values=(), orderable=False)
    after = tables.Column(verbose_name=_("After"), empty_values=(), orderable=False)
    by = tables.Column(verbose_name=_("By"), orderable=False)

    class Meta:
        model = PolicyChange
        empty_text = _("No policy was changed yet.")
        fields = ["at", "what_for", "where", "what", "before", "after", "by"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = dict(Location.objects.inner().values_list("pk", "name"))

    def render_before(self, record: PolicyChange) -> str:
        return self._words(record, record.before)

    def render_after(self, record: PolicyChange) -> str:
        return self._words(record, record.after)

    def _words(self, record: PolicyChange, text: str) -> str:
        if not text:
            return str(_("inherited"))
        if record.what == PolicyChange.What.BASIS:
            return str(StockPolicy.Basis(text).label)
        if record.what == PolicyChange.What.WAREHOUSE:
            return str(self.places.get(int(text), text))
        return text

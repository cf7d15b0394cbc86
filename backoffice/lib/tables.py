"""Lists and their columns: numbers, money and moments as the reader's language writes them; templates."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from babel.numbers import get_currency_symbol
from django.core.paginator import Paginator
from django.template.context import Context
from django.template.loader import get_template
from django.utils.formats import date_format, number_format
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import get_language

from backoffice.lib.house import house

LISTED_AT_MOST = 10_000
NUMBER = {"th": {"class": "number"}, "td": {"class": "number"}, "tf": {"class": "number"}}


class NewestPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of a table's first rows: those of a list that grows for years are not all counted at
    each look."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.data.data.order_by()[:LISTED_AT_MOST].count())


class ListTable(tables.Table):  # type: ignore[misc]
    """A list. It says `caption`, read to who can't see it, and in its `Meta` the `empty_text`; it may
    say `empty_action`, an address and its words."""


class NewestTable(ListTable):
    """A list of what there is much of: its newest rows are counted and turned."""

    def paginate(self, paginator_class: type[Paginator] = NewestPaginator, **kwargs: Any) -> None:  # type: ignore[type-arg]
        super().paginate(paginator_class=paginator_class, **kwargs)


class NumberColumn(tables.Column):  # type: ignore[misc]
    """A whole number with thousands apart."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["attrs"] = NUMBER | kwargs.get("attrs", {})
        super().__init__(*args, **kwargs)

    def render(self, value: int | Decimal) -> str:
        return number_format(value, use_l10n=True, force_grouping=True)

    def value(self, value: Any) -> Any:
        """In an exported file: the number itself."""
        return value


class MoneyColumn(NumberColumn):
    """An amount; the currency stands once, in the heading."""

    @property
    def header(self) -> str | None:
        if self.verbose_name is None:
            return None
        locale = (get_language() or "en").replace("-", "_")
        return f"{self.verbose_name} ({get_currency_symbol(house().currency, locale)})"

    def render(self, value: int | Decimal) -> str:
        return number_format(value, decimal_pos=2, use_l10n=True, force_grouping=True)


class MomentColumn(tables.Column):  # type: ignore[misc]
    """A day and an hour, on the reader's clock."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["attrs"] = {"td": {"class": "nowrap"}} | kwargs.get("attrs", {})
        super().__init__(*args, **kwargs)

    def render(self, value: datetime) -> str:
        return date_format(localtime(value), "SHORT_DATETIME_FORMAT")


class PartColumn(tables.TemplateColumn):  # type: ignore[misc]
    """A cell from a template file, which sees all that the page's template does."""

    def render(self, *, table: Any, **kwargs: Any) -> str:
        page: Context = table.context
        template: Any = get_template(self.template_name)
        with page.update(self.get_context_data(table=table, **kwargs)):
            return str(template.template.render(page))

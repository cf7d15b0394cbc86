"""The body of a list as HTML: as django-tables2 writes it, but what is the same in each cell of a
column (its attributes, its heading, what its `render` asks for) is worked out once."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.template.base import render_value_in_context
from django.template.context import Context
from django.urls import reverse
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString
from django_tables2 import Table
from django_tables2.columns import BoundColumn
from django_tables2.rows import BoundRow
from django_tables2.utils import signature

from backoffice.lib.links import EACH


def table_body(table: Table, context: Context) -> SafeString:
    """The rows of the table's page. A column's attributes must not depend on the row."""
    writers = [CellWriter(column, context) for column in table.columns]
    return SafeString("\n".join(_row(row, writers) for row in table.paginated_rows))


def figure_links(name: str, *args: object) -> Callable[[int, int, str], SafeString]:
    """Writes links around whole numbers, each to the page whose own number stands at `EACH`."""
    before, after = escape(reverse(name, args=args)).split(str(EACH))

    def link(number: int, figure: int, tone: str) -> SafeString:
        start = f'<a class="figure-link {escape(tone)}" href="{before}{number:d}{after}">'
        return SafeString(f"{start}{figure:d}</a>")

    return link


def _row(row: BoundRow, writers: list["CellWriter"]) -> str:
    cells = "".join([f"{writer.opening}{writer.content(row)}</td>" for writer in writers])
    return f"<tr {row.attrs.as_html()}>{cells}</tr>"


class CellWriter:
    """One column while the rows are written."""

    def __init__(self, column: BoundColumn, context: Context) -> None:
        self.column = column
        self.context = context
        self.opening: str = format_html(
            '<td data-label="{}" {}>', column.header, column.attrs["td"].as_html()
        )
        self.default = column.default
        self.empty = column.column.empty_values
        self.wanted, self.takes_all = signature(column.render)
        *self.way, self.last = column.accessor.bits
        self.has_choices: dict[type[Model], bool] = {}
        self.words: dict[Any, str] = {}

    def content(self, row: BoundRow) -> str:
        value = self._value(row.record)
        if value in self.empty:
            return self._text(self.default)
        known = {
            "value": value,
            "record": row.record,
            "column": self.column.column,
            "bound_column": self.column,
            "bound_row": row,
            "table": row.table,
        }
        wanted = known if self.takes_all else {name: known[name] for name in self.wanted}
        content = self.column.render(**wanted)
        return self._text(self.column.link(content, **known) if self.column.link else content)

    def _text(self, content: Any) -> str:
        if isinstance(content, str):
            return conditional_escape(content)
        return str(render_value_in_context(content, self.context))

    def _value(self, record: Any) -> Any:
        """What the column's accessor finds; a choice in words; None where there is nothing."""
        if not isinstance(record, Model):
            return self.column.accessor.resolve(record, quiet=True)
        owner: Any = record
        for name in self.way:
            owner = _attribute(owner, name)
        value = _attribute(owner, self.last)
        if isinstance(owner, Model) and self._is_choice(record, owner):
            if value not in self.words:
                self.words[value] = getattr(owner, f"get_{self.last}_display")()
            return self.words[value]
        return value

    def _is_choice(self, record: Model, owner: Model) -> bool:
        known = self.has_choices.get(type(owner))
        if known is None:
            field = self.column.accessor.get_field(record)
            has_words = hasattr(owner, f"get_{self.last}_display")
            known = bool(getattr(field, "choices", None)) and has_words
            self.has_choices[type(owner)] = known
        return known


def _attribute(owner: Any, name: str) -> Any:
    value = getattr(owner, name, None)
    if callable(value) and not getattr(value, "do_not_call_in_templates", False):
        return None if getattr(value, "alters_data", False) else value()
    return value

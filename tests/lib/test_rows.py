"""The rows of a list are those that django-tables2 would write."""

from collections.abc import Callable

import django_tables2 as tables
import pytest
from django.template import Context, Template
from django.utils import translation
from django_tables2 import Table

from backoffice.lib.rows import table_body
from backoffice.tables import MailTable
from inventory.models import Product
from inventory.queries.stock import skus_with_levels
from inventory.tables.stock import StockOverviewTable
from stores.models import Mail, User
from stores.tables import PeopleTable
from tests import factories

AS_DJANGO_TABLES2_WRITES_IT = Template(
    "{% for row in table.paginated_rows %}<tr {{ row.attrs.as_html }}>"
    '{% for column, cell in row.items %}<td data-label="{{ column.header }}" '
    "{{ column.attrs.td.as_html }}>{{ cell }}</td>{% endfor %}</tr>\n{% endfor %}"
)


class EdgeTable(tables.Table):  # type: ignore[misc]
    """Markup in a name, nothing at the end of the way, methods, relations, numbers."""

    name = tables.Column(attrs={"td": {"class": "code"}})
    category = tables.Column(accessor="category__name")
    missing = tables.Column(accessor="category__nothing__here", default="none")
    never = tables.Column(accessor="delete")
    method = tables.Column(accessor="get_deferred_fields")
    pk = tables.Column(linkify=("inventory:product_detail", {"pk": tables.A("pk")}))
    large = tables.Column(empty_values=(), verbose_name="“<quoted>” & 'more'")
    described = tables.Column(accessor="description", default=lambda: "no words")

    def render_large(self) -> int:
        return 1234567


def edges() -> Table:
    factories.make_product(name="<b>Bold</b> & plain")
    factories.make_product(name="Plain")
    return EdgeTable(Product.objects.order_by("pk"))


def overview() -> Table:
    places = [factories.make_store(), factories.make_warehouse()]
    factories.make_level(location=places[0], on_hand=1, reserved=1)
    return StockOverviewTable(skus_with_levels(places), places=places)


def people() -> Table:
    factories.make_staff(location=factories.make_store(name="Lyon <Bellecour>"))
    factories.make_user()
    return PeopleTable(User.objects.order_by("pk"))


def mails() -> Table:
    for key, state in enumerate((Mail.State.WAITING, Mail.State.WAITING, Mail.State.FAILED)):
        Mail.objects.create(key=key, message_id=key, subject="<Low>", state=state)
    return MailTable(Mail.objects.order_by("pk"))


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("made", [edges, overview, people, mails])
def test_rows_are_those_of_django_tables2(made: Callable[[], Table], language: str) -> None:
    table = made()
    with translation.override(language):
        expected = AS_DJANGO_TABLES2_WRITES_IT.render(Context({"table": table}))
        table._counter = type(table._counter)()  # rows are odd or even from the first again
        assert table_body(table, Context()) == expected.strip()
        assert expected.count("<tr") == len(table.rows) > 0

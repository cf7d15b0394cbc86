import django_tables2 as tables
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from backoffice.lib.tables import ListTable, NumberColumn, PartColumn
from stores.models import Location, User


class LocationTable(ListTable):
    caption = _("Stores and logistics centres")

    name = tables.Column(linkify=("stores:location_edit", {"pk": tables.A("pk")}))
    code = tables.Column(attrs={"td": {"class": "code"}})
    kind = tables.Column()
    city = tables.Column()
    people = NumberColumn(verbose_name=_("People"))
    is_active = PartColumn(
        template_name="stores/parts/place_standing_cell.html",
        verbose_name=_("State"),
        order_by=("-is_active", "archived_at", "name"),
    )

    class Meta:
        model = Location
        empty_text = _("A chain begins with its first store or logistics centre.")
        fields = ["name", "code", "kind", "city", "people", "is_active"]


class PeopleTable(ListTable):
    caption = _("People")

    name = tables.Column(
        linkify=("stores:person_edit", {"pk": tables.A("pk")}),
        empty_values=(),
        order_by=("name", "email"),
        verbose_name=_("Name"),
    )
    email = tables.Column(attrs={"td": {"class": "wide"}})
    roles = tables.Column(accessor="memberships", orderable=False, verbose_name=_("Roles"))
    joined_at = tables.DateColumn(
        short=True, verbose_name=_("Since"), attrs={"td": {"class": "nowrap"}}
    )
    is_active = tables.Column(verbose_name=_("Account"))

    class Meta:
        model = User
        empty_text = _("People who sign in appear here, with what they may do and where.")
        fields = ["name", "email", "roles", "joined_at", "is_active"]

    def render_name(self, record: User) -> str:
        return str(record)

    def render_roles(self, record: User) -> SafeString | str:
        lines = [
            (membership.get_role_display(), membership.location or _("whole company"))
            for membership in record.memberships.all()
        ]
        return format_html_join("", "<div>{}, {}</div>", lines) or "–"

    def render_is_active(self, record: User) -> SafeString:
        return state_of(record)


class StorePeopleTable(ListTable):
    caption = _("People of this place")

    name = tables.Column(empty_values=(), order_by=("name", "email"), verbose_name=_("Name"))
    roles = tables.Column(accessor="memberships", orderable=False, verbose_name=_("Role here"))
    email = tables.Column(attrs={"td": {"class": "wide"}})
    last_login = tables.DateTimeColumn(
        short=True, verbose_name=_("Last sign-in"), attrs={"td": {"class": "nowrap"}}
    )
    is_active = tables.Column(verbose_name=_("Account"))

    class Meta:
        model = User
        empty_text = _("Nobody has a role here yet; an administrator gives them.")
        fields = ["name", "roles", "email", "last_login", "is_active"]
        order_by = "name"

    def render_name(self, record: User) -> str:
        return str(record)

    def render_roles(self, record: User) -> str:
        return ", ".join(str(m.get_role_display()) for m in record.memberships.all())

    def render_is_active(self, record: User) -> SafeString:
        return state_of(record)


def state_of(person: User) -> SafeString:
    """Whether a person can sign in, and whether they ever did."""
    if person.is_awaited:
        tone, word = "state-warn", _("invited")
    elif person.is_active:
        tone, word = "state-good", _("open")
    else:
        tone, word = "state-bad", _("closed")
    return format_html('<span class="state {}">{}</span>', tone, word)

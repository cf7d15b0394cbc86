"""A small chain in which two stores, and two customers, have one of everything.

All that belongs to the store in Paris and its people holds the canary; its name and address are public.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from django.utils import timezone

from backoffice.actions.schedules import make_schedule
from backoffice.actions.snapshots import run_report
from backoffice.models import ReportDelivery, Schedule, Snapshot, SnapshotRows
from backoffice.reports.periods import Days
from backoffice.reports.query import Query
from backoffice.reports.recurrence import Recurrence, Rhythm
from inventory.actions.adjustments import adjust_stock
from inventory.actions.bulk_approval import begin_bulk_approval
from inventory.actions.decision_mail import tell_approvers
from inventory.actions.restock import refuse_restock
from inventory.actions.restock_draft import add_to_draft, change_draft
from inventory.actions.restock_talk import comment_on_restock
from inventory.actions.restock_templates import save_template
from inventory.models import DecisionLink, Sku, StockAdjustment
from inventory.queries.decision_links import token_of
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Sale, Tender
from shop.actions.customer import add_address
from shop.actions.order import Delivery, cancel_order
from shop.models import Customer, Order
from stores.actions.mail import queue_mail
from stores.models import Company, Location, Mail, Role, Session, User
from tests.factories import (
    make_arrival,
    make_cart,
    make_customer,
    make_level,
    make_membership,
    make_online_location,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_transfer,
    make_user,
)
from tests.reports.schedules import plan
from tests.shop.orders import place, place_and_pay

CANARY = "CANARY-PARIS"
NEVER = 987_654_321
TODAY = Days(date(2026, 3, 1), date(2026, 3, 7))


@dataclass
class Things:
    """One of everything that belongs to a store and a customer."""

    place: Location
    customer: Customer
    clerk: User
    restock: int
    adjustment: int
    transfer: int  # a draft from here
    arrival: int  # on the road to here
    sale: int
    order: Order
    unpaid: Order
    address: int
    snapshot: int
    schedule: int  # of a manager of this store
    mail: int
    membership: int


@dataclass
class World:
    central: Location
    sku: Sku
    barcode: int
    lyon: Things
    paris: Things
    users: dict[str, User]
    token: str  # of a link in the mail to logistics about the request of Lyon
    bulk: int  # approval by logistics
    clients: dict[str, Client] = field(default_factory=dict)


def make_world() -> World:
    central = make_online_location("central")
    sku = make_sku("MOUSE-1", name="Souris optique", price="25.50", barcode="4006381333931")
    out = make_sku("EMPTY-1", name="Rupture")
    users = {
        "logistics": make_membership(Role.LOGISTICS, user=make_user("logistics@x.example")).user,
        "auditor": make_membership(Role.AUDITOR, user=make_user("auditor@x.example")).user,
        "head office": make_membership(Role.HEAD_OFFICE, user=make_user("office@x.example")).user,
        "admin without second factor": make_membership(
            Role.ADMIN, user=make_user("second-admin@x.example")
        ).user,
        "admin": make_membership(Role.ADMIN, user=make_user("admin@x.example")).user,
    }
    User.objects.filter(pk=users["admin"].pk).update(two_factor_since=timezone.now())
    Company.objects.update(two_factor_roles=[Role.ADMIN])
    make_level(sku, central, on_hand=500)
    lyon = make_things(make_store("lyon", name="Lyon"), "", sku, out, central, users["logistics"])
    paris = make_things(
        make_store("paris", name="Paris"), f"{CANARY}-", sku, out, central, users["logistics"]
    )
    users |= {
        "customer A": lyon.customer.user,
        "customer B": paris.customer.user,
        "clerk Lyon": lyon.clerk,
        "clerk Paris": paris.clerk,
        "manager Lyon": User.objects.get(email="manager-lyon@x.example"),
        "deactivated": make_membership(
            Role.MANAGER, lyon.place, user=make_user("gone@x.example")
        ).user,
        "demoted": make_membership(
            Role.MANAGER, lyon.place, user=make_user("demoted@x.example")
        ).user,
    }
    token = make_link(lyon.restock, users["logistics"])
    bulk = begin_bulk_approval(uuid4(), shown={lyon.restock: 1}, by=users["logistics"])
    world = World(central, sku, sku.barcodes.get().pk, lyon, paris, users, token, bulk.pk)
    for name, user in users.items():
        world.clients[name] = Client()
        world.clients[name].force_login(user)
    world.clients["anonymous"] = Client()
    User.objects.filter(pk=users["deactivated"].pk).update(is_active=False)
    users["demoted"].memberships.all().delete()
    return world


def make_things(
    store: Location, canary: str, sku: Sku, out: Sku, central: Location, logistics: User
) -> Things:
    """`canary` begins every text that belongs to the store."""
    make_level(sku, store, on_hand=40, reorder_point=50, target=80)
    make_level(out, store, reorder_point=2)
    clerk = make_user(f"{canary}clerk-{store.code}@x.example", name=f"{canary}Clerk")
    membership = make_membership(Role.CLERK, store, user=clerk)
    customer = make_customer(
        make_user(f"{canary}customer-{store.code}@x.example", name=f"{canary}Customer")
    )
    typed = {"name": f"{canary}Ana", "street": f"{canary}1 rue", "postcode": "69001"}
    address = add_address(customer, **typed, city=f"{canary}City", country="FR", by=customer.user)
    make_cart(customer=customer)
    collect = Delivery(store=store)
    cancelled = place({sku: 1}, customer=customer, delivery=Delivery(ship_to=address.as_lines))
    cancel_order(cancelled.pk, by=customer.user)
    order = place_and_pay({sku: 2}, customer=customer, delivery=collect)
    restock = make_restock({sku: 5}, store=store, warehouse=central, by=clerk, note=f"{canary}note")
    refused = make_restock({sku: 6}, store=store, warehouse=central, by=clerk)
    refuse_restock(refused.pk, reason=f"{canary}reason", by=logistics)
    save_template(refused, name=f"{canary}list", by=clerk)
    draft = add_to_draft(store, central, {sku.pk: 7}, by=clerk).draft
    change_draft(draft.key, {}, store=store, note=f"{canary}draft")
    comment_on_restock(restock.pk, key=uuid4(), text=f"{canary}comment", by=clerk)
    head_office = make_staff(Role.HEAD_OFFICE)
    adjustment = adjust_stock(
        store,
        {sku.pk: 3},
        key=uuid4(),
        reason=StockAdjustment.Reason.LOST,
        note=f"{canary}lost",
        by=clerk,
    )
    return Things(
        place=store,
        customer=customer,
        clerk=clerk,
        restock=restock.pk,
        adjustment=adjustment.pk,
        transfer=make_transfer(
            {sku: 1}, source=store, destination=central, by=head_office, note=f"{canary}note"
        ).pk,
        arrival=make_arrival(
            {sku: 2}, source=central, destination=store, by=head_office, note=f"{canary}note"
        ).pk,
        sale=make_sale(store, sku, clerk).pk,
        order=order,
        unpaid=place({sku: 1}, customer=customer, delivery=collect),
        address=address.pk,
        snapshot=make_snapshot(store, clerk, canary).pk,
        schedule=make_schedule_of(store, canary).pk,
        mail=make_mail(clerk, canary).pk,
        membership=membership.pk,
    )


def make_sale(store: Location, sku: Sku, by: User, units: int = 1) -> Sale:
    return record_sale(
        key=uuid4(),
        location=store,
        items=[Item(sku.pk, units)],
        tenders=[Paid(Tender.Kind.CARD)],
        by=by,
    )


def make_link(restock: int, reader: User) -> str:
    tell_approvers(restock)
    return token_of(DecisionLink.objects.get(request=restock, reader=reader))


def make_snapshot(store: Location, by: User, canary: str) -> Snapshot:
    snapshot = run_report("consolidated", [store], Query(TODAY), key=f"{uuid4()}", by=by)
    for chunk in SnapshotRows.objects.filter(table__snapshot=snapshot):
        chunk.rows = [[f"{canary}{row[0]}", *row[1:]] for row in chunk.rows]
        chunk.save()
    Snapshot.objects.filter(pk=snapshot.pk).update(place_names=[f"{canary}{store.name}"])
    return snapshot


def make_schedule_of(store: Location, canary: str) -> Schedule:
    """Of a manager, who gets it too; it sent something once."""
    owner = make_user(f"{canary}manager-{store.code}@x.example".lower(), name=f"{canary}Manager")
    make_membership(Role.MANAGER, store, user=owner)
    given = {"name": f"{canary}Week", "people": [owner], "recurrence": Recurrence(Rhythm.DAILY)}
    schedule = make_schedule(uuid4(), "consolidated", plan(**given), by=owner)
    ReportDelivery.objects.create(schedule=schedule, reader=owner, day=TODAY.last)
    return schedule


def make_mail(reader: User, canary: str) -> Mail:
    mail = queue_mail(
        key=f"trial {uuid4()}", template="trial", to=reader, context={"link": f"/{canary}"}
    )
    assert mail
    Mail.objects.filter(pk=mail.pk).update(subject=f"{canary}Subject", state=Mail.State.FAILED)
    return mail


def arguments(world: World, address: str, wanted: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """What stands for each argument of an address: in Lyon, in Paris, and what never existed."""
    return {name: (VALUES.get((address, name)) or VALUES["", name])(world) for name in wanted}


def handle_of(client: Client) -> UUID:
    return Session.objects.get(pk=client.session.session_key).handle


def of_things(attribute: str) -> Any:
    return lambda world: {
        "lyon": getattr(world.lyon, attribute),
        "paris": getattr(world.paris, attribute),
        "never": NEVER,
    }


def shared(read: Any, never: Any = NEVER) -> Any:
    """What belongs to the whole company."""
    return lambda world: {"lyon": read(world), "never": never}


VALUES: dict[tuple[str, str], Any] = {
    ("", "code"): lambda world: {
        "lyon": "lyon",
        "paris": "paris",
        "central": "central",
        "never": "nowhere",
    },
    ("", "wanted"): shared(lambda _world: "xlsx", "nothing"),
    ("backoffice:store_day", "day"): shared(lambda _world: "2026-03-02", "2026-02-30"),
    ("", "sku_id"): shared(lambda world: world.sku.pk),
    ("", "number"): lambda world: {
        "lyon": world.lyon.order.number,
        "paris": world.paris.order.number,
        "never": "W-2026-000000",
    },
    ("", "key"): lambda _world: {"never": "no-such-key"},
    ("", "uidb36"): lambda _world: {"never": "1"},
    ("shop:category", "slug"): shared(lambda world: world.sku.product.category.slug, "nothing"),
    ("shop:product", "slug"): shared(lambda world: world.sku.product.slug, "nothing"),
    ("shop:address_edit", "pk"): of_things("address"),
    ("shop:address_remove", "pk"): of_things("address"),
    ("sales:receipt", "pk"): of_things("sale"),
    ("inventory:decision_link", "token"): shared(lambda world: world.token, "no-such-link"),
    ("inventory:bulk_approval", "pk"): shared(lambda world: world.bulk),
    ("inventory:restock_detail", "pk"): shared(lambda world: world.lyon.restock),
    ("inventory:restock_comments", "pk"): shared(lambda world: world.lyon.restock),
    **{
        (f"inventory:store_restock_{name}", "pk"): of_things("restock")
        for name in ("detail", "withdraw", "again", "keep", "comments")
    },
    ("inventory:adjustment_detail", "pk"): of_things("adjustment"),
    ("inventory:transfer_detail", "pk"): shared(lambda world: world.lyon.transfer),
    ("inventory:store_transfer", "pk"): of_things("transfer"),
    ("inventory:transfer_edit", "pk"): shared(lambda world: world.lyon.transfer),
    ("inventory:store_transfer_edit", "pk"): of_things("transfer"),
    ("inventory:transfer_receive", "pk"): of_things("arrival"),
    ("inventory:transfer_paper", "pk"): shared(lambda world: world.lyon.transfer),
    ("inventory:store_transfer_paper", "pk"): of_things("transfer"),
    **{
        (f"inventory:{name}", "wanted"): shared(lambda _world: "picking-list", "nothing")
        for name in ("transfer_paper", "store_transfer_paper")
    },
    ("inventory:barcode_remove", "pk"): shared(lambda world: world.barcode),
    ("inventory:category_edit", "pk"): shared(lambda world: world.sku.product.category_id),
    **{
        (f"inventory:{name}", "pk"): shared(lambda world: world.sku.product_id)
        for name in ("product_detail", "product_edit", "product_name", "product_description")
    },
    ("inventory:sku_new", "pk"): shared(lambda world: world.sku.product_id),
    **{
        (f"inventory:{name}", "pk"): shared(lambda world: world.sku.pk)
        for name in ("sku_edit", "sku_price", "barcode_new")
    },
    **{
        (f"backoffice:place_{name}", "pk"): shared(lambda world: world.lyon.place.pk)
        for name in ("openings", "close", "open", "step")
    },
    ("backoffice:place_step", "step"): shared(lambda _world: "keep-open", "nothing"),
    ("backoffice:settings_save", "section"): shared(lambda _world: "times", "nothing"),
    **{
        (f"inventory:tax_rate_{name}", "pk"): shared(lambda world: world.sku.product.tax_rate_id)
        for name in ("edit", "end", "again")
    },
    **{
        (f"backoffice:schedule_{name}", "pk"): of_things("schedule")
        for name in ("detail", "edit", "change", "delete", "send", "preview", "preview_mail")
    },
    ("backoffice:schedule_mine", "pk"): shared(lambda world: world.lyon.schedule),
    ("backoffice:mail_detail", "pk"): shared(lambda world: world.paris.mail),
    ("backoffice:mail_again", "pk"): shared(lambda world: world.paris.mail),
    **{
        (f"backoffice:snapshot_{name}", "pk"): of_things("snapshot")
        for name in ("detail", "file", "chart", "compare", "send")
    },
    ("backoffice:snapshot_chart", "wanted"): shared(lambda _world: "stores", "nothing"),
    **{
        (f"backoffice:{name}", "name"): shared(lambda _world: "stock", "nothing")
        for name in ("report", "store_report")
    },
    ("stores:email_confirm", "token"): lambda _world: {"never": "no-such-link"},
    ("stores:session_end", "handle"): lambda world: {
        "lyon": handle_of(world.clients["customer A"]),
        "paris": handle_of(world.clients["customer B"]),
        "never": UUID(int=NEVER),
    },
    ("stores:location_edit", "pk"): shared(lambda world: world.lyon.place.pk),
    ("stores:role_take", "pk"): shared(lambda world: world.lyon.membership),
    **{
        (f"stores:{name}", "pk"): shared(lambda world: world.paris.clerk.pk)
        for name in (
            *("person_edit", "role_give", "person_close", "person_reopen"),
            *("invitation_again", "invitation_take_back"),
            *("person_sessions_end", "person_two_factor_reset"),
        )
    },
}

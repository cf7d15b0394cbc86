"""The trail of changes: written by the database itself, whoever writes and by what way, for ever."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.lib.acting import at_work, in_the_name_of
from stores.actions.people import close_account, give_role
from stores.errors import RoleHeld
from stores.models import AuditEntry, Company, Membership, Role, User
from tests.audit.trail import entries, last
from tests.factories import make_staff, make_store, make_user

Kind, Action, Way = AuditEntry.Kind, AuditEntry.Action, AuditEntry.Way


@pytest.mark.django_db
def test_a_change_is_recorded_with_what_was_before() -> None:
    Company.objects.update(order_hold_minutes=45)
    entry = last()
    assert (entry.kind, entry.action, entry.table) == (
        Kind.SETTING,
        Action.CHANGED,
        "stores_company",
    )
    assert (entry.row_id, entry.label) == (1, "Comptoir")
    assert (entry.before, entry.after) == ({"order_hold_minutes": 30}, {"order_hold_minutes": 45})


@pytest.mark.django_db
def test_what_stays_as_it_was_is_not_recorded() -> None:
    count = AuditEntry.objects.count()
    Company.objects.update(order_hold_minutes=30)
    User.objects.update(theme="dark")
    assert AuditEntry.objects.count() == count


@pytest.mark.django_db
def test_of_a_password_nothing_is_kept_but_that_it_changed() -> None:
    person = make_user("ana@x.example")
    [made] = entries(about_table="stores_user", about_id=person.pk)
    assert made.after == {
        "name": "ana",
        "email": "ana@x.example",
        "is_active": True,
        "joined_at": made.after["joined_at"],
    }
    person.set_password("another long one")
    person.save()
    assert (last().before, last().after) == ({"password": None}, {"password": None})


@pytest.mark.django_db
def test_every_row_of_a_bulk_update_is_recorded() -> None:
    people = [make_user() for _number in range(20)]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE stores_user SET is_active = false")
    changed = entries(action=Action.CHANGED, table="stores_user")
    assert [entry.row_id for entry in changed] == [person.pk for person in people]
    assert {str(entry.after) for entry in changed} == {"{'is_active': False}"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE stores_auditentry SET label = 'another'",
        "DELETE FROM stores_auditentry",
        "TRUNCATE stores_auditentry",
    ],
)
def test_the_database_refuses_to_change_the_trail(sql: str) -> None:
    make_user()
    before = AuditEntry.objects.count()
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert AuditEntry.objects.count() == before > 0


@pytest.mark.django_db
def test_who_is_whoever_the_action_is_done_by() -> None:
    admin, person = make_staff(Role.ADMIN), make_user()
    give_role(person.pk, role=Role.AUDITOR, location=None, by=admin)
    entry = last()
    assert (entry.by, entry.way, entry.kind, entry.action) == (
        admin,
        Way.COMMAND,
        Kind.RIGHT,
        Action.ADDED,
    )
    assert (entry.about_table, entry.about_id, entry.label) == (
        "stores_user",
        person.pk,
        str(person),
    )
    assert entry.after == {"user_id": person.pk, "role": "auditor"}


@pytest.mark.django_db
def test_who_signed_in_is_who_did_it_on_a_page(client: Client) -> None:
    admin, person = make_staff(Role.ADMIN), make_user()
    client.force_login(admin)
    answer = client.post(f"/head-office/people/{person.pk}/close/")
    entry = last()
    assert (entry.by, entry.way, entry.after) == (admin, Way.PAGE, {"is_active": False})
    assert entry.request == answer.headers["X-Request-ID"]


@pytest.mark.django_db
def test_after_a_request_nobody_is_at_work(client: Client) -> None:
    client.force_login(make_staff(Role.ADMIN))
    client.get("/head-office/people/")
    Company.objects.update(order_hold_minutes=45)
    assert (last().by, last().way, last().request) == (None, Way.COMMAND, "")


@pytest.mark.django_db
def test_a_worker_that_acts_for_somebody_is_recorded_as_them() -> None:
    admin, person = make_staff(Role.ADMIN), make_user()
    with at_work(lambda: None, way="worker", request="task-1"):
        Company.objects.update(order_hold_minutes=45)
        close_account(person.pk, by=admin)
    alone, for_somebody = entries(action=Action.CHANGED)
    assert (alone.by, alone.way, alone.request) == (None, Way.WORKER, "task-1")
    assert (for_somebody.by, for_somebody.way) == (admin, Way.WORKER)


@pytest.mark.django_db(transaction=True)
def test_what_the_database_itself_is_told_names_its_role() -> None:
    """As `psql` would: through a connection that says nothing of people."""
    with in_the_name_of(make_user()), connection.cursor() as cursor:
        Company.objects.update(order_hold_minutes=45)
        cursor.cursor.execute("UPDATE stores_company SET order_hold_minutes = 50")
        cursor.execute("SELECT session_user")
        [role] = cursor.fetchone()
    by_person, by_nobody = entries(action=Action.CHANGED)
    assert by_person.by is not None
    assert (by_nobody.by, by_nobody.way, by_nobody.request) == (None, Way.DATABASE, role)


@pytest.mark.django_db
def test_a_write_within_a_query_is_recorded_and_a_read_is_left_as_it_is() -> None:
    office = make_staff(Role.ADMIN)
    read = "WITH it AS (SELECT id FROM stores_company) SELECT id FROM it"
    write = "WITH it AS (UPDATE stores_company SET name = 'Other' RETURNING id) SELECT id FROM it"
    with in_the_name_of(office), CaptureQueriesContext(connection) as asked:
        for statement in (read, write):
            with connection.cursor() as cursor:
                cursor.execute(statement)
                assert cursor.fetchall() == [(1,)]
    assert asked.captured_queries[0]["sql"] == read
    assert last().by == office


@pytest.mark.django_db
def test_a_rollback_and_a_refusal_leave_nothing() -> None:
    admin = make_staff(Role.ADMIN)
    count = AuditEntry.objects.count()
    with pytest.raises(RoleHeld):
        give_role(admin.pk, role=Role.ADMIN, location=None, by=admin)
    with transaction.atomic():
        Company.objects.update(order_hold_minutes=45)
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == count


@pytest.mark.django_db
def test_rows_that_were_made_many_at_once_come_back_with_their_ids() -> None:
    """What says who is at work travels with the statement, and its answer is not taken for the rows."""
    store, people = make_store(), [make_user() for _number in range(3)]
    made = Membership.objects.bulk_create(
        Membership(user=person, role=Role.CLERK, location=store) for person in people
    )
    assert [m.pk for m in made] == list(
        Membership.objects.order_by("pk").values_list("pk", flat=True)
    )
    assert Membership.objects.filter(location=store).update(role=Role.MANAGER) == 3
    assert Membership.objects.filter(location=store).delete() == (3, {"stores.Membership": 3})

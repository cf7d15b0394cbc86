"""Every address × method × actor × own, other's and never existing object × plain and htmx."""

import io
import itertools
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from django.db import connection, transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from stores.models import Session
from tests.factories import make_store
from tests.matrix.addresses import Address, all_addresses
from tests.matrix.cells import Answer, answer_of, untrue_cells
from tests.matrix.expected import OF_LYON, ROLES, SIGNED_OUT, expected
from tests.matrix.reads import EVERY, names_read, watching
from tests.matrix.world import CANARY, World, arguments

pytestmark = pytest.mark.django_db
ADDRESSES = [address for address in all_addresses() if not address.name.startswith("devmail:")]
REMEMBERS = {"stores_session", "stores_signinattempt"}  # may be written by whoever knocks
OTHER_METHODS = ("PUT", "PATCH", "DELETE", "TRACE")
NAMED_IN_THE_FORM = {  # what it is about isn't in the address alone
    ("POST", "shop:cart_add"),
    ("POST", "inventory:restock_list"),
}
BEGINS_AT_FIRST_USE = {  # a GET that writes: the account and the cart of who comes for the first time
    ("shop:checkout", "shop_customer"),
    ("shop:checkout", "shop_cart"),
}
WRITTEN = """
    SELECT * FROM (
        SELECT relname, pg_stat_get_xact_tuples_inserted(oid)
            + pg_stat_get_xact_tuples_updated(oid) + pg_stat_get_xact_tuples_deleted(oid) AS rows
        FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    ) AS changed WHERE rows > 0
"""  # as pg_stat_xact_user_tables has them, which also joins and groups all indexes


def written() -> Counter[str]:
    """How many rows this transaction wrote so far, by table."""
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN)
        return Counter(dict(cursor.fetchall()))


def variants(address: Address, world: World) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """The arguments of an address in every combination, each with whose they are."""
    values = arguments(world, address.name, address.arguments)
    for choice in itertools.product(*(values[name].items() for name in address.arguments)):
        whose = {name: who for name, (who, _value) in zip(address.arguments, choice, strict=True)}
        for name in whose:  # what belongs to everybody belongs to each place, too
            if set(values[name]) <= {"lyon", "never"} and whose[name] == "lyon":
                whose[name] = "shared"
        yield {n: value for n, (_who, value) in zip(address.arguments, choice, strict=True)}, whose


def ask(client: Client, method: str, path: str, **headers: str) -> tuple[Any, Counter[str]]:
    """The answer, and the rows that were written for it; nothing of it stays."""
    before, cookies = written(), client.cookies.copy()
    with transaction.atomic():
        response = client.generic(
            method, path, content_type="application/x-www-form-urlencoded", headers=headers
        )
        body_of(response)
        rows = written() - before
        transaction.set_rollback(True)
    client.cookies = cookies  # as the sessions that they name
    return response, Counter({table: n for table, n in rows.items() if table not in REMEMBERS})


def body_of(response: Any) -> bytes:
    if response.streaming and not hasattr(response, "whole"):
        response.whole = b"".join(response.streaming_content)
    return bytes(response.whole if response.streaming else response.content)


def what_happened(response: HttpResponseBase, headers: dict[str, str]) -> str:
    location = response.headers.get("HX-Redirect" if headers else "Location", "")
    for page, name in {"/accounts/login/": "sign in", "/profile/two-factor/": "set up"}.items():
        if location.startswith(f"{page}?next="):
            whole = response.status_code == (200 if headers else 302)
            return name if whole and not body_of(response) else f"{name} inside a part"
    return {403: "refused", 404: "absent"}.get(response.status_code, "admitted")


def without_ids(response: Any, path: str) -> bytes:
    """The body of a page, apart from what is of this one request."""
    body = body_of(response).replace(path.encode(), b"PATH")
    body = body.replace(response.headers["X-Request-ID"].encode(), b"ID")
    return re.sub(rb'csrfmiddlewaretoken" value="\w+"', b"", body)


def texts_of(response: Any) -> str:
    """All that an answer says: body (a workbook's sheets and a paper's pages, too) and headers."""
    body = body_of(response)
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"".join(book.read(name) for name in book.namelist())
    if body.startswith(b"%PDF"):
        body = paper_text(body)
    return (body.decode(errors="replace") + str(response.headers)).casefold()


@cache
def paper_text(pdf: bytes) -> bytes:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join(page.extract_text() for page in pages).encode()


INERT = {  # what holds style of its own, and by its policy loads nothing and runs nothing
    "backoffice:snapshot_chart": ("frame-ancestors 'none'", "DENY"),
    "backoffice:schedule_preview_mail": ("frame-ancestors 'self'", "SAMEORIGIN"),
}


def check_policy(response: Any, name: str) -> Iterator[str]:
    """What is wrong with what an answer may load, run and be framed by."""
    policy = response.headers.get("Content-Security-Policy", "")
    frames, old_frames = "frame-ancestors 'none'", "DENY"
    if name in INERT and "sandbox" in policy:
        frames, old_frames = INERT[name]
        if "default-src 'none'" not in policy or "script" in policy:
            yield f"policy {policy!r}"
    elif "default-src 'self'" not in policy or "unsafe" in policy:
        yield f"policy {policy!r}"
    if frames not in policy or response.headers.get("X-Frame-Options") != old_frames:
        yield "frames"


def check_headers(response: Any, actor: str, name: str) -> str:
    """What is missing among the headers that every answer has; empty if nothing is."""
    headers = response.headers
    missing = list(check_policy(response, name))
    if headers.get("X-Content-Type-Options") != "nosniff":
        missing.append("nosniff")
    if headers.get("Referrer-Policy") != "same-origin":
        missing.append("referrer")
    if actor not in SIGNED_OUT and "no-store" not in headers.get("Cache-Control", ""):
        missing.append(f"no-store: {headers.get('Cache-Control')}")
    for cookie in response.cookies.values():
        if cookie.value and not (cookie["httponly"] and cookie["samesite"] == "Lax"):
            missing.append(f"cookie {cookie.key}")
    return ", ".join(missing)


def test_the_measure_sees_what_is_written_and_taken_back(world: World) -> None:
    before = written()
    with transaction.atomic():
        make_store("lille")
        transaction.set_rollback(True)
    assert written() - before == {"stores_location": 1, "stores_auditentry": 1}
    before = written()
    with transaction.atomic():
        changed = Session.objects.update(browser="another")
        Session.objects.all().delete()
        transaction.set_rollback(True)
    assert changed > 5
    assert written() - before == {"stores_session": 2 * changed}


def test_every_view_declares_its_methods() -> None:
    assert [address.name for address in ADDRESSES if not address.methods] == []


@pytest.mark.parametrize("actor", ROLES)
def test_everybody_gets_what_they_may_and_nothing_else(world: World, actor: str) -> None:
    wrong = []
    client = world.clients[actor]
    answers: list[Answer] = []
    for address in ADDRESSES:
        for kwargs, whose in variants(address, world):
            path = reverse(address.name, kwargs=kwargs)
            plain_and_htmx: list[dict[str, str]] = [{}]
            if "never" not in whose.values():
                plain_and_htmx.append({"HX-Request": "true", "HX-Current-URL-Path": "/a"})
            for method, headers in itertools.product(address.methods, plain_and_htmx):
                if method == "POST" and headers and actor not in SIGNED_OUT:
                    continue  # a refusal is the same page
                wrong += [
                    f"{method} {path} {'htmx ' * bool(headers)}{fault}"
                    for fault in faults(
                        client, address, actor, method, whose, path, headers, answers
                    )
                ]
    wrong += untrue_cells(actor, answers)
    assert "\n".join(wrong) == ""


def faults(
    client: Client,
    address: Address,
    actor: str,
    method: str,
    whose: dict[str, str],
    path: str,
    headers: dict[str, str],
    answers: list[Answer],
) -> Iterator[str]:
    """What is wrong with an answer, which is remembered for the page of rights."""
    response, rows = ask(client, method, path, **headers)
    should, did = expected(address, actor, method, whose), what_happened(response, headers)
    is_named = (method, address.name) in NAMED_IN_THE_FORM
    may_be_absent = "never" in whose.values() or is_named
    shown = "admitted" if is_named and did == "absent" else did
    answers.append(answer_of(address, method, whose, shown))
    if should != did and not (did == "absent" and may_be_absent):
        yield f"{should} expected, {did} ({response.status_code})"
    if response.status_code >= 500 and address.name != "ready":
        yield f"status {response.status_code}"
    writes = {table for table in rows if (address.name, table) not in BEGINS_AT_FIRST_USE}
    if writes and (method == "GET" or did != "admitted"):
        yield f"wrote {sorted(writes)}"
    if missing := check_headers(response, actor, address.name):
        yield missing
    if actor in OF_LYON and CANARY.casefold() in texts_of(response):
        yield "tells of Paris"


@pytest.mark.parametrize("actor", ["customer A", "clerk Lyon", "manager Lyon", "logistics"])
def test_what_is_out_of_reach_looks_like_what_never_existed(world: World, actor: str) -> None:
    client, different, compared = world.clients[actor], [], 0
    for address in ADDRESSES:
        never = {
            name: values["never"]
            for name, values in arguments(world, address.name, address.arguments).items()
        }
        for kwargs, whose in variants(address, world):
            for method in address.methods:
                if expected(address, actor, method, whose) != "absent" or "never" in whose.values():
                    continue
                path, nowhere = (
                    reverse(address.name, kwargs=kwargs),
                    reverse(address.name, kwargs=never),
                )
                there, _rows = ask(client, method, path)
                absent, _rows = ask(client, method, nowhere)
                compared += 1
                if without_ids(there, path) != without_ids(absent, nowhere):
                    different.append(f"{method} {path}")
                if set(there.headers) != set(absent.headers):
                    different.append(f"{method} {path}: headers")
    assert different == []
    assert compared >= 5


@pytest.mark.parametrize("actor", ["anonymous", "clerk Lyon", "admin"])
def test_other_methods_are_refused(world: World, actor: str) -> None:
    wrong = []
    for address in ADDRESSES:
        kwargs = next(variants(address, world))[0]
        path = reverse(address.name, kwargs=kwargs)
        for method in {"GET", "POST", *OTHER_METHODS} - set(address.methods):
            response, rows = ask(world.clients[actor], method, path)
            if response.status_code != 405 or rows:
                wrong.append(f"{method} {path}: {response.status_code} {rows}")
    assert "\n".join(wrong) == ""


def test_an_auditor_changes_nothing(world: World) -> None:
    """But for running a report, which stores its figures, and refusing a mail to oneself."""
    own = {"backoffice:schedule_mine"}
    staff = [a for a in ADDRESSES if "POST" in a.methods and a.admits.startswith("staff")]
    posts = [a for a in staff if not a.policy.asking and a.name not in own]
    for address in posts:
        kwargs = next(variants(address, world))[0]
        path = reverse(address.name, kwargs=kwargs)
        response, rows = ask(world.clients["auditor"], "POST", path)
        assert (path, response.status_code, rows) == (path, 403, {})
    assert len(posts) > 20


def test_an_auditor_asks_for_nothing_that_is_not_there(world: World) -> None:
    """What they may send: a report or a preview to be run, and a mail to be refused, if it is theirs."""
    staff = [a for a in ADDRESSES if "POST" in a.methods and a.admits.startswith("staff")]
    asked = [a for a in staff if a.policy.asking or a.name == "backoffice:schedule_mine"]
    seen = Counter[bool]()
    for address in asked:
        for kwargs, whose in variants(address, world):
            path = reverse(address.name, kwargs=kwargs)
            response, rows = ask(world.clients["auditor"], "POST", path)
            absent = "never" in whose.values() or not address.policy.asking
            assert (path, response.status_code == 404) == (path, absent)
            assert (path, set(rows) - (set() if absent else {"backoffice_snapshot"})) == (
                path,
                set(),
            )
            seen[absent] += 1
    assert len(asked) == 4
    assert min(seen[True], seen[False]) >= 4


SEARCHES = [
    "q=canary",
    "export=csv",
    "export=xlsx",
    "location=paris",
    "location={paris}",
    "place={paris}",
    "store={paris}",
    "show=closed",
]


@pytest.mark.parametrize("actor", ["customer A", "manager Lyon"])
def test_no_search_filter_or_file_tells_of_paris(world: World, actor: str) -> None:
    """Each word for what a page reads; of what it doesn't read it can't tell more than it does anyway,
    which is looked through above."""
    told, asked = [], Counter[str]()
    watcher = watching(world.clients[actor])
    for address in ADDRESSES:
        if "GET" not in address.methods or address.name.startswith("account_"):
            continue
        for kwargs, whose in variants(address, world):
            if expected(address, actor, "GET", whose) != "admitted" or "never" in whose.values():
                continue
            path = reverse(address.name, kwargs=kwargs)
            names = names_read(watcher, path)
            for words in SEARCHES:
                name = words.partition("=")[0]
                if not names & {name, EVERY}:
                    continue
                query = words.format(paris=world.paris.place.pk)
                response, _rows = ask(world.clients[actor], "GET", f"{path}?{query}")
                asked[name] += 1
                if CANARY.casefold() in texts_of(response):
                    told.append(f"{path}?{query}")
    assert told == []
    assert asked["q"] >= 4


def test_the_canary_sings_where_it_may(world: World) -> None:
    """The texts that are looked for are really shown to those of Paris: the test above can fail."""
    heard = {
        name: CANARY.casefold() in texts_of(ask(world.clients["clerk Paris"], "GET", path)[0])
        for name, path in {
            "restock": f"/stores/paris/restock/{world.paris.restock}/",
            "adjustment": f"/stores/paris/stock/adjustments/{world.paris.adjustment}/",
            "receipt": f"/stores/paris/sales/{world.paris.sale}/receipt/",
            "receipts as a file": "/stores/paris/sales/?export=xlsx",
            "order": f"/stores/paris/orders/{world.paris.order.number}/",
            "movements": f"/stores/paris/stock/{world.sku.pk}/movements/",
            "paper": f"/stores/paris/transfers/{world.paris.transfer}/papers/picking-list/",
        }.items()
    }
    assert [name for name, was_heard in heard.items() if not was_heard] == []

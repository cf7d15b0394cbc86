"""Junk in every query string and every form: an answer in words, never a 500."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from backoffice.lib.requests import UNSTORABLE
from tests.matrix.addresses import Address, all_addresses
from tests.matrix.reads import EVERY, names_read, watching
from tests.matrix.test_matrix import body_of, variants
from tests.matrix.world import World

pytestmark = pytest.mark.django_db
ADDRESSES = [a for a in all_addresses() if not a.name.startswith("devmail:") and a.name != "ready"]
READ = [address for address in ADDRESSES if "GET" in address.methods]
SENT = [address for address in ADDRESSES if "POST" in address.methods]

LEADS_AWAY = re.compile(r"\s*(?:[a-z+.-]+:|[/\\]{2})", re.IGNORECASE)
NAMES = [
    "q",
    "page",
    "per_page",
    "sort",
    "do",
    "day",
    "first",
    "last",
    "period",
    "channel",
    "location",
    "place",
    "store",
    "category",
    "state",
    "kind",
    "show",
    "told",
    "role",
    "is_active",
    "export",
    "shown",
    "before",
    "sku",
    "low",
    "variant",
    "next",
    "to",
    "key",
    "units",
    "view",
    "low",
    "warehouse",
]
FIELDS = [
    "key",
    "sku",
    "quantity",
    "do",
    "scan",
    "given",
    "shown_total",
    "removed",
    "name",
    "description",
    "category",
    "tax_rate",
    "is_active",
    "price",
    "cost",
    "code",
    "variant",
    "pack_size",
    "barcode",
    "units",
    "position",
    "reason",
    "note",
    "warehouse",
    "version",
    "request",
    "q",
    "reorder_point",
    "target",
    "role",
    "location",
    "email",
    "language",
    "theme",
    "kind",
    "street",
    "postcode",
    "city",
    "time_zone",
    "delivery",
    "store",
    "address",
    "country",
    "shown",
    "next",
    "first",
    "last",
    "period",
    "login",
    "password",
    "password1",
    "oldpassword",
    "password2",
    "remember",
]
WORDS = [
    *["", "0", "-1", "1", "abc", "1e3", "٣", "+5", "5.0", "1_000", "NaN", "Infinity", "-0", "12,5"],
    *["1000000000000", "2147483648", "9223372036854775808", "9" * 400, "٣" * 30, "x" * 10_000],
    *["9999-99-99", "9999-12-31", "0001-01-01", "2026-02-30", "9999-12-31T23:59:59-23:59"],
    *["0001-01-01T00:00:00+23:59", "nonsense", "-password", "-pk", "__class__", "' OR 1=1 --"],
    *[
        "{{7*7}}",
        "<script>alert(1)</script>",
        "%",
        "_",
        "\\",
        "(",
        "\u202eexe",
        "a\u200bb",
        "\ufeff",
    ],
    *["=HYPERLINK(1)", "//evil.example", "https://evil.example", "javascript:alert(1)", "\\\\evil"],
    *[
        "a\r\nX-Evil: 1",
        "\x00",
        "a\x00b",
        "\udc80",
        "\U0001f468\u200d\U0001f469",
        "e" + "\u0301" * 90,
    ],
    *["on", "true", "None", "null", "[]", "csv", "xlsx", "cash", "card", "scan", "add:1", "adjust"],
    *["ask", "low", "find", "add-1", "remove-1", "less", "refuse", "renew", "put-back", "remove:9"],
    *["home", "collect", "lyon", "open", "closed", "custom", "fr", "clerk", "admin", "a@b.example"],
]
STORABLE = [word for word in WORDS if not UNSTORABLE.search(word)]  # others are refused unread
BAD_BYTES = ["%00", "%ff", "%ed%a0%80", "%c0%af", "%", "%zz", "%F0%9F", "+", "%0d%0aX-Evil:1"]

IN_A_LIST = re.compile(r"(.+-)?(page|sort|before)")
OF_A_LIST = ["0", "-1", "-30", "abc", "1_000", "99999999999", "9" * 30, "-password", "__class__"]
type NamesRead = Callable[[str], dict[str, frozenset[str]]]

values = st.one_of(st.sampled_from(WORDS), st.text(max_size=12), st.integers().map(str))
numbered = st.builds("{}-{}".format, st.sampled_from(["units", "reason"]), st.integers(0, 99))
forms = st.lists(st.tuples(st.sampled_from(FIELDS) | numbered, values), max_size=14)
few = hypothesis_settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def encoded(pairs: Sequence[tuple[str, str]]) -> str:
    return "&".join(
        f"{quote(name, safe='')}={quote(value.encode(errors='surrogatepass'), safe='')}"
        for name, value in pairs
    )


def paths(addresses: Sequence[Address], world: World) -> list[str]:
    """Each address once, with what belongs to Lyon."""
    return [
        reverse(address.name, kwargs=next(variants(address, world))[0]) for address in addresses
    ]


def answer(client: Client, method: str, path: str, body: str = "", **kwargs: Any) -> Any:
    """The answer to a request of which nothing stays."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        kwargs.setdefault("content_type", "application/x-www-form-urlencoded")
        response = client.generic(method, path, body, **kwargs)
        body_of(response)
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def is_decent(response: Any) -> bool:
    """No failure, no trace, and nobody led away from this site."""
    text = body_of(response)[:200_000]
    led = response.headers.get("Location", response.headers.get("HX-Redirect", "/"))
    return (
        response.status_code < 500
        and b"Traceback" not in text
        and "X-Evil" not in response.headers
        and not LEADS_AWAY.match(led)
    )


def refusals(client: Client, asked: Iterable[tuple[str, str, str]], **kwargs: Any) -> list[str]:
    """The requests whose answers aren't decent."""
    wrong = []
    for method, path, body in asked:
        try:
            response = answer(client, method, path, body, **kwargs)
        except Exception as error:  # what would be a 500, with all that is asked named
            wrong.append(
                f"{method} {path[:300]} {body[:300]}: {type(error).__name__}: {error}"[:900]
            )
            continue
        if not is_decent(response):
            wrong.append(f"{method} {path[:300]} {body[:300]}: {response.status_code}")
    return wrong


@pytest.fixture(scope="module")
def names_of_pages(world: World) -> NamesRead:
    """The names that each page reads of its query string, when this actor asks for it."""

    @cache
    def by_path(who: str) -> dict[str, frozenset[str]]:
        watcher = watching(world.clients[who])
        return {path: names_read(watcher, path) for path in paths(READ, world)}

    return by_path


def test_what_a_page_reads_is_noticed(world: World, names_of_pages: NamesRead) -> None:
    names = names_of_pages("admin")
    lyon = f"/reports/{world.lyon.snapshot}/"
    assert names["/head-office/rights/"] == {"q", "role"}  # a form
    assert names["/head-office/mail/"] == {"q", "state", "sort", "page"}  # a filter, a table
    assert {"stores-page", "stores-sort", "stores-q"} < names[lyon]
    assert "warehouse" in names["/head-office/restock/board/"]
    assert {EVERY, "place"} < names["/head-office/policies/"]  # goes through the query string
    assert names["/head-office/settings/"] == set()
    assert names_of_pages("clerk Lyon")["/head-office/rights/"] == set()  # refused before


@few
@given(data=st.data())
def test_query_strings_of_any_junk_are_answered(
    world: World, names_of_pages: NamesRead, data: st.DataObject
) -> None:
    """What a page reads, among names that it may not know; where it reads nothing, see below."""
    asked = [
        ("GET", f"{path}?{encoded(data.draw(queries(sorted(names))))}", "")
        for path, names in names_of_pages("admin").items()
        if names
    ]
    assert "\n".join(refusals(world.clients["admin"], asked)) == ""


def queries(names: list[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    return st.lists(st.tuples(st.sampled_from(names) | st.sampled_from(NAMES), values), max_size=4)


@few
@given(data=st.data())
def test_forms_of_any_junk_are_answered(world: World, data: st.DataObject) -> None:
    asked = [("POST", path, encoded(data.draw(forms))) for path in paths(SENT, world)]
    assert "\n".join(refusals(world.clients["admin"], asked)) == ""


@pytest.mark.parametrize("who", ["admin", "customer A", "anonymous"])
def test_each_parameter_that_a_page_reads_takes_each_word(
    world: World, names_of_pages: NamesRead, who: str
) -> None:
    """Two words for each parameter on each page, others on the next one. What a page doesn't read
    makes no difference to it: it is sent all at once, with all words."""
    asked = (
        ("GET", f"{path}?{encoded(pairs)}", "")
        for number, (path, names) in enumerate(names_of_pages(who).items())
        for pairs in junk_for(number, names)
    )
    assert "\n".join(refusals(world.clients[who], asked)) == ""


def junk_for(number: int, names: frozenset[str]) -> Iterator[list[tuple[str, str]]]:
    """The query strings for a page that reads these names."""
    unread = [name for name in NAMES if name not in names]
    yield [(unread[at % len(unread)], word) for at, word in enumerate(STORABLE)]
    for offset, name in enumerate(sorted(names - {EVERY})):
        for turn in range(2):
            yield [(name, WORDS[(number * 7 + offset * 5 + turn * 29) % len(WORDS)])]
    for offset, name in enumerate(unread if EVERY in names else ()):
        if (number + offset) % 3 == 0:
            yield [(name, WORDS[(number * 7 + offset * 5) % len(WORDS)])]


def test_lists_take_any_page_and_order(world: World, names_of_pages: NamesRead) -> None:
    """Wherever a page, an order or the entry to go on after is read, of each table on the page."""
    asked = [
        ("GET", f"{path}?{name}={word}", "")
        for path, names in names_of_pages("admin").items()
        for name in sorted(names)
        if IN_A_LIST.fullmatch(name)
        for word in OF_A_LIST
    ]
    assert len(asked) > 500
    assert "\n".join(refusals(world.clients["admin"], asked)) == ""


def test_bytes_that_are_no_text_are_answered(world: World) -> None:
    asked = [
        (method, path, body)
        for bad in BAD_BYTES
        for method, path, body in [
            ("GET", f"/search/?q={bad}&{bad}=1", ""),
            ("GET", f"/product/{bad}/", ""),
            ("GET", f"/orders/{bad}/", ""),
            ("GET", f"/stores/{bad}/sell/", ""),
            ("GET", f"/{bad}/{bad}", ""),
            ("GET", "/%2f%2fevil.example/%2e%2e", ""),
            ("POST", "/cart/add/", f"sku={bad}&quantity={bad}"),
            ("POST", "/stores/lyon/sell/", f"do=scan&scan={bad}&sku={bad}&quantity={bad}"),
            ("POST", "/stores/lyon/restock/new/", f"do=find&q={bad}&sku={bad}&note={bad}"),
            ("POST", "/stores/lyon/stock/adjust/", f"do=adjust&q={bad}&note={bad}"),
            ("POST", "/accounts/login/", f"login={bad}&password={bad}"),
            ("POST", "/head-office/products/new/", f"name={bad}&code={bad}&price={bad}"),
            ("POST", "/account/addresses/new/", f"name={bad}&street={bad}&country={bad}"),
            ("POST", "/language/", f"language={bad}&next={bad}"),
        ]
    ]
    assert "\n".join(refusals(world.clients["admin"], asked)) == ""


HEADERS: list[Mapping[str, str]] = [
    {"Accept-Language": "\xff;q=x,,,;", "User-Agent": "\x00"},
    {"Accept-Language": "x" * 8000},
    {"HX-Request": "true", "HX-Target": "\x00", "HX-Current-URL": "http://[evil"},
    {"HX-Request": "true", "HX-Current-URL-Path": "//evil.example\r\nX-Evil: 1"},
    {"HX-Request": "true", "HX-Current-URL-Path": "\xff", "HX-Trigger": "%ff"},
    {"Cookie": "sessionid=\x00; cart=\x00; csrftoken=\x00; django_language=\x00"},
    {"Cookie": "sessionid=%00; cart=a:b:c; csrftoken=x; django_language=../../etc"},
    {"Cookie": "=;;;\xff=\xff; sessionid"},
    {"Cookie": "; ".join(f"c{n}=1" for n in range(5000))},
    {"X-Forwarded-For": "\x00, 1.2.3.4", "X-Forwarded-Host": "evil.example"},
    {"Referer": "http://[evil", "Origin": "null"},
    {"If-None-Match": "\x00", "Range": "bytes=9-1", "If-Modified-Since": "never"},
]


@pytest.mark.parametrize("headers", HEADERS, ids=range(len(HEADERS)))
def test_headers_and_cookies_of_any_junk_are_answered(
    world: World, headers: Mapping[str, str]
) -> None:
    asked = [("GET", path, "") for path in paths(READ, world)]
    asked += [("POST", "/cart/add/", "sku=1&quantity=1"), ("POST", "/language/", "language=fr")]
    asked += [("POST", "/accounts/login/", "login=a@b.example&password=x")]
    assert "\n".join(refusals(Client(), asked, headers=headers)) == ""


BODIES = [
    ("application/json", '{"a": NaN}'),
    ("application/json", "[" * 20_000),
    ("text/plain", "sku=1"),
    ("multipart/form-data", "no boundary"),
    ("multipart/form-data; boundary=x", "--x\r\n"),
    (
        "multipart/form-data; boundary=x",
        '--x\r\nContent-Disposition: form-data; name="\x00"\r\n\r\n\x00\r\n--x--',
    ),
    ("application/x-www-form-urlencoded; charset=utf-99", "name=a"),
    ("application/x-www-form-urlencoded; charset=utf-16", "name=a"),
    ("application/x-www-form-urlencoded", "&".join(f"units-{n}=1" for n in range(5000))),
    ("application/x-www-form-urlencoded", "name=" + "x" * 3_000_000),
    ("application/x-www-form-urlencoded", "qty=1&qty=-1&quantity=1&quantity=-1&sku=1&sku=2"),
    ("", ""),
]


@pytest.mark.parametrize(("content_type", "body"), BODIES, ids=range(len(BODIES)))
def test_bodies_of_any_kind_are_answered(world: World, content_type: str, body: str) -> None:
    asked = [("POST", path, body) for path in paths(SENT, world)]
    wrong = refusals(world.clients["admin"], asked, content_type=content_type)
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil",
    ],
)
def test_nobody_is_led_away(world: World, address: str) -> None:
    known = {"login": world.users["customer A"].email, "password": "comptoir-demo"}
    ways = [
        ("/language/", {"language": "fr", "next": address}),
        ("/accounts/login/", known | {"next": address}),
        ("/accounts/logout/", {"next": address}),
    ]
    for path, data in ways:
        client = Client()
        if path == "/accounts/logout/":
            client.force_login(world.users["customer A"])
        with transaction.atomic():
            response = client.post(f"{path}?next={quote(address)}", data)
            transaction.set_rollback(True)
        assert (path, response.status_code) == (path, 302)
        assert is_decent(response), response.headers["Location"]
    assert settings.DEBUG is False

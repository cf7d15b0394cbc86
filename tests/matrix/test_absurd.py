"""Each field of each form of head office with what nobody should type: an answer in words, and nothing
written unless it makes sense; where it was taken, the page that follows still opens."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from backoffice.company.forms import SECTIONS
from stores.secrets import begin_set_up
from tests.backoffice.settings_form import filled
from tests.matrix.addresses import all_addresses
from tests.matrix.test_junk import is_decent
from tests.matrix.test_matrix import body_of, variants
from tests.matrix.world import World

pytestmark = pytest.mark.django_db
NUMBERS = [
    "-1",
    "0",
    "9" * 400,
    "9" * 5000,
    "1e309",
    "-1e309",
    "NaN",
    "Infinity",
    "٣",
    "1_0",
    "0x1",
]
NUMBERS += ["2147483648", "9223372036854775808", "1000 %", "12,5", "1" + "0" * 30, "0.0000001"]
DAYS = ["0001-01-01", "9999-12-31", "9999-99-99", "2026-02-30", "10000-01-01", "٢٠٢٦-٠١-٠١"]
TIMES = ["24:00", "23:59:59.999999", "25:61", "-1:00", "٠٦:٠٠"]
TEXTS = ["", " ", "\x00", "a\x00b", "a\nb@x", "a@x.example\nBcc: b@x.example", "\u202eexe"]
TEXTS += [
    "=1+1",
    "<script>alert(1)</script>",
    "{{ 7 }}",
    "%s%(x)s",
    "x" * 5000,
    "ﬃ" * 300,
    "\U0010ffff",
]
TEXTS += ["[" * 3900, '{"a":' * 700, "null", "[1]", "NaN", "lyon", "paris", "../../etc/passwd"]
TEXTS += [
    "㍿" * 60 + "@x.example",
    f"a@{'㍿' * 40}.example",
    f"a@{'b' * 63}.{'c' * 63}.{'d' * 63}.example",
]
WORDS = [*NUMBERS, *DAYS, *TIMES, *TEXTS]
WEEK = {"first": "2026-03-01", "last": "2026-03-07", "compare": "before", "store": "lyon"}
FORMS, SHARE = 27, 8  # each word stands at an eighth of the fields
type Form = tuple[str, dict[str, Any]]


def forms(world: World) -> Iterator[Form]:
    """Where each form is sent, and what it holds when it makes sense."""
    for section in SECTIONS:
        yield f"/head-office/settings/{section}/", filled(section)
    for report in ("sales", "stock", "dead-stock"):
        yield f"/head-office/reports/{report}/", {"key": uuid4(), **WEEK, "group_by": "store"}
    when = {"rhythm": "weekly", "weekdays": "0", "day": "31", "at": "06:00", "when_empty": "on"}
    whom = {"roles": "manager", "people": world.lyon.clerk.email, "formats": "pdf"}
    asked = {"name": "Week", "period": "last-week", "group_by": "store", "store": "lyon"}
    schedule = {"key": uuid4(), **when, **whom, **asked, "people": "", "product": ""}
    yield "/reports/schedules/new/?report=sales", schedule
    yield f"/reports/schedules/{world.lyon.schedule}/edit/", schedule
    yield f"/reports/schedules/{world.lyon.schedule}/state/", {"what": "pause"}
    yield f"/reports/schedules/{world.lyon.schedule}/send/", {"key": uuid4()}
    yield f"/reports/{world.lyon.snapshot}/send/", {"key": uuid4()}
    place = f"/head-office/stores/{world.lyon.place.pk}/"
    yield f"{place}opening/close/", {"closes_on": "2027-01-01", "opens_on": "", "reason": "Refit"}
    yield f"{place}opening/open/", {"opens_on": "2027-01-01"}
    where = {"street": "1 rue A", "postcode": "69001", "city": "Lyon", "opening_hours": "9–19"}
    about = {"name": "Nice", "time_zone": "Europe/Paris", "receives_by_hand": "on", **where}
    yield place, about
    yield "/head-office/stores/new/", {**about, "kind": "store", "code": "nice", "opens_on": ""}
    yield "/head-office/settings/tax/new/", {"name": "Half", "rate": "2.5", "is_usual": "on"}
    person = {"name": "Ana", "email": "ana@x.example", "language": "fr", "role": "clerk"}
    more = {"role-2-role": "manager", "role-2-location": "lyon"}
    yield "/head-office/people/new/", {**person, "location": "lyon", **more}
    yield (
        f"/head-office/people/{world.paris.clerk.pk}/roles/",
        {"role": "clerk", "location": "lyon"},
    )
    yield "/profile/email/", {"email": "other@x.example", "password": "comptoir-demo"}
    yield "/profile/two-factor/off/", {"password": "comptoir-demo"}
    yield "/profile/two-factor/codes/", {"password": "comptoir-demo"}
    yield "/profile/", {"name": "Ana", "language": "fr", "theme": "dark"}


def sent(client: Client, path: str, data: dict[str, Any]) -> str:
    """What is wrong with the answer, and with the page that it leads to; nothing of it stays."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        try:
            answer: Any = client.post(path, data)
            found = "" if is_decent(answer) else f"{answer.status_code}"
            if answer.status_code == 302:
                page: Any = client.get(answer.headers["Location"])
                found += "" if is_decent(page) else f"and then {page.status_code}"
                body_of(page)
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
        transaction.set_rollback(True)
    client.cookies = cookies
    return found[:500]


@pytest.fixture
def admin(world: World) -> Client:
    return world.clients["admin"]


def test_what_makes_sense_is_taken(world: World, admin: Client) -> None:
    """The forms below are refused for the one field that is absurd, and not for the others."""
    wrong, not_now = (
        [],
        ("/opening/open/", "/off/", "/codes/"),
    )  # it is open; their phone isn't set up
    for path, data in forms(world):
        with transaction.atomic():
            answer = admin.post(path, data)
            if answer.status_code != 302 and not path.endswith(not_now):
                wrong.append(f"{path}: {answer.status_code} {errors(answer)}")
            transaction.set_rollback(True)
    assert "\n".join(wrong) == ""
    assert len(list(forms(world))) == FORMS


def errors(answer: Any) -> str:
    forms = [value for context in answer.context or [] for value in context.flatten().values()]
    return str([form.errors for form in forms if getattr(form, "errors", None)])


@pytest.mark.parametrize("at", range(FORMS))
def test_each_field_takes_each_word(world: World, admin: Client, at: int) -> None:
    """Some of the words for each field, others on the next one."""
    path, data = list(forms(world))[at]
    wrong = []
    for number, name in enumerate(data):
        for word in WORDS[(at * 3 + number) % SHARE :: SHARE]:
            if fault := sent(admin, path, data | {name: word}):
                wrong.append(f"{path} {name}={word[:60]!r}: {fault}")
    assert "\n".join(wrong) == ""


def test_a_first_code_may_be_anything(world: World) -> None:
    client = world.clients["customer A"]
    started = begin_set_up(world.users["customer A"])
    forms = [{"started": started, "code": word} for word in WORDS[::3]]
    forms += [{"started": word, "code": "123456"} for word in WORDS[1::3]]
    wrong = [
        (form, found) for form in forms if (found := sent(client, "/profile/two-factor/", form))
    ]
    assert wrong == []


@pytest.mark.parametrize("at", range(FORMS))
def test_each_field_is_sent_twice_and_not_at_all(world: World, admin: Client, at: int) -> None:
    path, data = list(forms(world))[at]
    wrong = []
    for name, value in data.items():
        fewer = {other: data[other] for other in data if other != name}
        for what, change in {"twice": {name: [value, value]}, "missing": {}}.items():
            if fault := sent(admin, path, fewer | change):
                wrong.append(f"{path} {name} {what}: {fault}")
    assert "\n".join(wrong) == ""


def test_what_anybody_may_send_takes_each_word(world: World) -> None:
    wrong = []
    password = {"password1": "a long enough pass"}
    ways: list[Form] = [
        ("/accounts/signup/", {"email": "new@x.example", **password}),
        ("/accounts/login/", {"login": "new@x.example", "password": "x"}),
        ("/accounts/password/reset/", {"email": "new@x.example"}),
    ]
    for at, (path, data) in enumerate(ways):
        for number, name in enumerate(data):
            for offset, word in enumerate(WORDS[(at + number) % 3 :: 3]):
                client = Client(REMOTE_ADDR=f"198.51.{at * 2 + number}.{offset}")  # not to wait
                if fault := sent(client, path, data | {name: word}):
                    wrong.append(f"{path} {name}={word[:60]!r}: {fault}")
    assert "\n".join(wrong) == ""


def test_what_stands_after_the_question_mark_may_be_anything(world: World, admin: Client) -> None:
    run, schedule = f"/reports/{world.lyon.snapshot}/", f"/reports/schedules/{world.lyon.schedule}/"
    asked = {
        "/head-office/audit/": "q kind who place way first last thing before",
        "/head-office/rights/": "q role",
        "/head-office/reports/sales/": "period first last compare group_by then_by store clerk",
        "/reports/": "report mine page",
        run: "stores-sort stores-page stores-q theme",
        f"{run}compare/": "with other figure table sort",
        f"{run}charts/stores/": "theme",
        "/reports/schedules/new/": "report from",
        f"{schedule}preview/": "reader",
        f"{schedule}preview/mail/": "reader",
        "/profile/two-factor/": "next",
    }
    pairs = [(path, name) for path, names in asked.items() for name in names.split()]
    wrong = []
    for at, (path, name) in enumerate(pairs):
        for word in WORDS[at % SHARE :: SHARE]:
            answer: Any = admin.get(path, {name: word})
            if not is_decent(answer):
                wrong.append(f"{path} {name}={word[:60]!r}: {answer.status_code}")
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("word", ["abc", "1e309", "stores:home", "", "//evil.example", "a.b"])
def test_no_word_is_taken_for_a_way_back(world: World, admin: Client, word: str) -> None:
    way = {"language": "fr", "next": word}
    with transaction.atomic():
        assert Client().post("/language/", way).headers["Location"] == "/"
        answer = admin.get("/profile/two-factor/", {"next": word})
        assert answer.headers["Location"] == "/profile/security/"
        transaction.set_rollback(True)


BEYOND = [2**31, 2**63, 10**400]


def test_no_number_in_an_address_is_too_large(world: World, admin: Client) -> None:
    """What nobody has that number of doesn't exist, however large it is."""
    wrong = []
    for address in all_addresses():
        if address.name.startswith("devmail:"):
            continue
        for name in address.arguments:
            kwargs = next(variants(address, world))[0]
            if not isinstance(kwargs[name], int):
                continue
            path = reverse(address.name, kwargs=kwargs | {name: 987_654_321})
            for method in address.methods:
                for number in BEYOND:
                    asked = path.replace("987654321", str(number))
                    with transaction.atomic():
                        status = admin.generic(method, asked).status_code
                        transaction.set_rollback(True)
                    if status != 404 and address.name != "shop:cart_line":  # it stays as it is
                        wrong.append(f"{method} {asked[:80]}: {status}")
    assert "\n".join(wrong) == ""


@pytest.mark.parametrize("day", [*DAYS, "2026-3-1", "20260301", "today", "2026-W09-1"])
def test_no_day_of_a_store_is_too_far(world: World, admin: Client, day: str) -> None:
    path = f"/stores/lyon/days/{day}/"
    assert admin.get(path).status_code in (200, 404)


def test_settings_refuse_what_is_absurd(world: World, admin: Client) -> None:
    """Not only without a failure: it isn't taken."""
    asked: list[tuple[str, dict[str, Any]]] = [
        ("language", {"time_zone": ""}),
        ("language", {"time_zone": "../../etc/passwd"}),
        ("language", {"languages": []}),
        ("language", {"languages": ["de"], "language": "de"}),
        ("mail", {"mail_address": "a\nb@x"}),
        ("mail", {"mail_address": "a@x.example\r\nBcc: b@x.example"}),
        ("mail", {"mail_name": "\u202eComptoir"}),
        ("rights", {"idle_hours": "0"}),
        ("rights", {"session_days": "9" * 400}),
        ("rights", {"two_factor_roles": ["king"]}),
        ("limits", {"most_change": "1e309"}),
        ("limits", {"unpaid_units": "-1"}),
        ("money", {"currency": "JPY"}),
        ("times", {"digest_at": "24:00"}),
        ("shop", {"online_location": str(world.lyon.place.pk + 10**12)}),
    ]
    for section, typed in asked:
        path = f"/head-office/settings/{section}/"
        assert (typed, admin.post(path, filled(section, **typed)).status_code) == (typed, 422)
    for rate in ("1000", "100.01", "-1", "NaN", "1e309"):
        data = {"name": "Absurd", "rate": rate}
        assert (rate, admin.post("/head-office/settings/tax/new/", data).status_code) == (rate, 422)

"""The company's settings: who reads and changes them, what they refuse, and that they hold at once."""

from datetime import time, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.company.forms import SECTIONS
from backoffice.lib import house
from backoffice.templatetags.comptoir import money
from inventory.models import Alert, RestockRequest
from sales.actions.sale import Item, Paid, record_sale
from sales.models import Tender
from stores.models import Company, Role, Session
from tests.backoffice.settings_form import PATH, errors_on, filled, save
from tests.factories import (
    make_level,
    make_location,
    make_online_location,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_user,
)
from tests.queries import queries_of
from tests.shop.orders import place

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(make_staff(Role.ADMIN))
    return client


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (Role.ADMIN, 200, 302),
        (Role.HEAD_OFFICE, 200, 403),
        (Role.AUDITOR, 200, 403),
        (Role.LOGISTICS, 403, 403),
    ],
)
def test_head_office_reads_and_administrators_change(
    client: Client, role: Role, reads: int, writes: int
) -> None:
    client.force_login(make_staff(role))
    page = client.get(PATH)
    assert page.status_code == reads
    assert ("Send me a trial mail" in page.text) == (role == Role.ADMIN)
    assert save(client, "times", request_waits_hours="9").status_code == writes
    assert Company.current().request_waits_hours == (9 if writes == 302 else 24)


def test_who_only_reads_sees_each_value_and_what_it_does(client: Client) -> None:
    client.force_login(make_staff(Role.AUDITOR))
    page = client.get(PATH).text
    assert "Minutes an unpaid order keeps its goods" in page
    assert "Orders that were placed keep the time that they were promised." in page
    assert "Default: 30." in page
    assert "<form" not in page.split('class="settings"')[1]


@pytest.mark.parametrize("section", list(SECTIONS))
def test_a_section_saved_as_it_is_changes_nothing(admin: Client, section: str) -> None:
    make_online_location()
    before = Company.objects.values().get()
    assert save(admin, section).status_code == 302
    assert Company.objects.values().get() == before


def test_each_section_is_saved_alone(admin: Client) -> None:
    nice = make_location(name="Nice", kind="warehouse")
    saved = {
        "company": {"name": "Brûlerie", "address": "1 rue A\n69001 Lyon", "tax_number": "FR 12"},
        "money": {"currency": "CHF", "prices_include_tax": False},
        "language": {"time_zone": "Asia/Tokyo", "languages": ["fr"], "language": "fr"},
        "mail": {"mail_name": "La Brûlerie", "mail_address": "shop@brulerie.example"},
        "times": {
            "order_hold_minutes": "45",
            "report_days": "90",
            "mail_days": "60",
            "digest_at": "08:30",
        },
        "limits": {"most_change": "200,50", "unpaid_orders": "2", "unpaid_units": "70"},
        "shop": {"online_location": nice.pk},
        "rights": {
            "own_requests_allowed": "on",
            "session_days": "7",
            "two_factor_roles": ["auditor", "logistics"],
        },
    }
    for version, (section, typed) in enumerate(saved.items(), start=2):
        answer = save(admin, section, **typed)
        assert answer.status_code == 302, errors_on(answer)
        assert answer["Location"] == f"{PATH}#{section}"
        assert Company.current().version == version
    company = Company.current()
    assert (company.name, company.address, company.tax_number) == (
        "Brûlerie",
        "1 rue A\n69001 Lyon",
        "FR 12",
    )
    assert (company.currency, company.prices_include_tax) == ("CHF", False)
    assert (company.time_zone, company.languages, company.language) == (
        "Asia/Tokyo",
        ["fr"],
        "fr",
    )
    assert company.sender == "=?utf-8?q?La_Br=C3=BBlerie?= <shop@brulerie.example>"
    assert (company.order_hold_minutes, company.digest_at) == (45, time(8, 30))
    assert (company.report_days, company.mail_days) == (90, 60)
    assert (company.most_change, company.unpaid_orders, company.unpaid_units) == (
        Decimal("200.50"),
        2,
        70,
    )
    assert (company.own_requests_allowed, company.session_days) == (True, 7)
    assert company.two_factor_roles == ["auditor", "logistics"]
    assert company.online_location == nice


@pytest.mark.parametrize(
    ("section", "field", "typed", "says"),
    [
        ("company", "name", " ", "This field is required."),
        ("company", "tax_number", "FR;12", "Use letters, digits, spaces"),
        ("money", "currency", "XXX", "Select a valid choice."),
        ("language", "time_zone", "Mars/Base", "Select a valid choice."),
        ("language", "languages", [], "Offer at least one language."),
        ("language", "languages", ["fr"], "Choose one of the languages that are offered."),
        ("mail", "mail_address", "comptoir", "Enter a valid email address."),
        ("mail", "mail_name", "A\nBcc: x", None),
        ("times", "order_hold_minutes", "0", "Type at least 1."),
        ("times", "request_waits_hours", "many", "Type a whole number"),
        ("times", "mail_days", "29", "Type at least 30."),
        ("times", "digest_at", "25:00", "Type a time, such as 07:00."),
        ("limits", "most_change", "-1", "greater than or equal to 0"),
        ("limits", "unpaid_orders", "101", "Type at most 100."),
        ("rights", "session_days", "91", "Type at most 90."),
        ("shop", "online_location", "987654321", "Select a valid choice."),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    admin: Client, section: str, field: str, typed: object, says: str | None
) -> None:
    before = Company.objects.values().get()
    answer = save(admin, section, **{field: typed})
    if says is None:  # one line of it
        assert Company.current().mail_name == "A Bcc: x"
        return
    assert answer.status_code == 422
    assert says in errors_on(answer)
    assert Company.objects.values().get() == before
    if isinstance(typed, str) and typed.strip() and field in ("tax_number", "digest_at"):
        assert f'value="{typed}"' in answer.text  # what was typed is still there


def test_the_second_of_two_administrators_is_told_what_changed(admin: Client) -> None:
    mine = filled("times", order_hold_minutes="45")
    other = Client()
    other.force_login(make_staff(Role.ADMIN))
    assert save(other, "times", order_hold_minutes="60", digest_at="09:00").status_code == 302
    assert save(other, "limits", unpaid_orders="5").status_code == 302

    refused = admin.post(f"{PATH}times/", mine)
    assert refused.status_code == 422
    assert errors_on(refused) == (
        "Somebody else saved these settings after you opened the page: “Minutes an unpaid order keeps"
        " its goods” is now “60”; “Hour of the daily digest” is now “09:00”. Nothing of yours was"
        " saved. Look again, then save."
    )
    assert 'value="45"' in refused.text
    assert Company.current().order_hold_minutes == 60

    again = mine | {"seen": refused.context["sections"][4].data["seen"], "digest_at": "09:00"}
    assert admin.post(f"{PATH}times/", again).status_code == 302
    company = Company.current()
    assert (company.order_hold_minutes, company.digest_at) == (45, time(9))
    assert company.unpaid_orders == 5


def test_without_what_the_page_showed_nothing_is_written_over(admin: Client) -> None:
    answer = admin.post(f"{PATH}limits/", filled("limits", unpaid_orders="9") | {"seen": "[]"})
    assert answer.status_code == 422
    assert Company.current().unpaid_orders == 3


def test_the_currency_changes_until_the_first_receipt(admin: Client) -> None:
    assert save(admin, "money", currency="CHF").status_code == 302
    store, sku = make_store(), make_sku()
    make_level(sku, store, on_hand=1)
    card = [Paid(Tender.Kind.CARD)]
    clerk = make_staff(Role.CLERK, store)
    record_sale(key=uuid4(), location=store, items=[Item(sku.pk, 1)], tenders=card, by=clerk)
    refused = save(admin, "money", currency="EUR", prices_include_tax=False)
    assert refused.status_code == 422
    assert "Receipts or orders in CHF exist" in errors_on(refused)
    company = Company.current()
    assert (company.currency, company.prices_include_tax) == ("CHF", True)
    assert save(admin, "money", prices_include_tax=False).status_code == 302


def test_an_order_fixes_the_currency_too(admin: Client) -> None:
    sku = make_sku()
    make_level(sku, make_online_location(), on_hand=2)
    place({sku: 1})
    assert save(admin, "money", currency="CHF").status_code == 422


def test_a_change_is_shown_at_once(admin: Client) -> None:
    assert money(Decimal(5)) == "€5.00"
    save(admin, "money", currency="CHF")
    assert money(Decimal(5)) == "CHF5.00"
    assert house.house().version == 2


def test_another_process_sees_a_change_when_its_seconds_are_over() -> None:
    Company.objects.update(currency="CHF", version=2)
    assert house.house().currency == "EUR"
    house.keep(house.house(), until=0)
    assert house.house().currency == "CHF"


def test_pages_ask_nothing_for_what_they_show_of_the_company(admin: Client) -> None:
    [before] = queries_of(admin, "/profile/")
    house.look_again()
    [reading] = queries_of(admin, "/profile/")
    [after] = queries_of(admin, "/profile/")
    assert (reading, after) == (before + 1, before)


def test_the_page_costs_the_same_whatever_there_is(admin: Client) -> None:
    [before] = queries_of(admin, PATH)
    for _ in range(10):
        make_sku()
        make_store()
    assert queries_of(admin, PATH) == [before]


def test_alerts_follow_how_long_a_request_may_wait_at_once(admin: Client) -> None:
    make_restock()
    RestockRequest.objects.update(asked_at=timezone.now() - timedelta(hours=5))
    save(admin, "times", request_waits_hours="4")
    assert Alert.objects.filter(closed_at=None).count() == 1
    save(admin, "times", request_waits_hours="6")
    assert Alert.objects.filter(closed_at=None).count() == 0


def test_a_closed_place_ships_no_online_orders(admin: Client) -> None:
    closed = make_location(kind="warehouse", is_active=False)
    assert save(admin, "shop", online_location=closed.pk).status_code == 422
    assert Company.current().online_location is None


def test_a_language_that_is_not_offered_is_not_spoken(admin: Client, client: Client) -> None:
    visitor = Client(headers={"accept-language": "en"})
    assert '<html lang="en"' in visitor.get("/").text
    save(admin, "language", languages=["fr"], language="fr")
    assert '<html lang="fr"' in visitor.get("/").text
    visitor.cookies["django_language"] = "en"
    assert '<html lang="fr"' in visitor.get("/").text
    page = visitor.get("/language/").text
    assert "Français" in page
    assert 'value="en"' not in page


def test_who_asks_for_no_language_hears_the_usual_one(admin: Client) -> None:
    save(admin, "language", language="fr")
    assert '<html lang="fr"' in Client(headers={"accept-language": "de, *"}).get("/").text
    assert '<html lang="en"' in Client(headers={"accept-language": "de, en-GB;q=0.5"}).get("/").text


def test_who_signs_in_stays_signed_in_for_the_days_of_the_company() -> None:
    person = make_user("ana@x.example", password="a long password")
    Company.objects.update(session_days=3)
    browser = Client()
    typed = {"login": "ana@x.example", "password": "a long password"}
    assert browser.post("/accounts/login/", typed).status_code == 302
    [session] = Session.objects.filter(user=person)
    left = session.expire_date - timezone.now()
    assert timedelta(days=3) - timedelta(minutes=1) < left <= timedelta(days=3)


def test_the_trial_mail_comes_back_to_the_settings(admin: Client) -> None:
    answer = admin.post("/head-office/mail/trial/", {"from": "settings"})
    assert answer["Location"] == f"{PATH}#mail"


@pytest.mark.parametrize("section", ["nothing", "seen"])
def test_what_is_no_section_does_not_exist(admin: Client, section: str) -> None:
    assert admin.post(f"{PATH}{section}/", {}).status_code == 404


def test_each_change_is_told_at_the_foot_of_the_page(admin: Client) -> None:
    assert "Nothing was changed" in admin.get(PATH).text
    save(admin, "times", order_hold_minutes="45")
    history = admin.get(PATH).text.split('id="history"')[1]
    assert "30" in history
    assert "45" in history
    assert 'href="/head-office/audit/?thing=stores_company-1"' in history

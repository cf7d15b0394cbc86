"""Each figure of a first page leads to a page that shows the same figure."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from inventory.actions.alerts import review_all_alerts
from inventory.actions.suggestions import refresh_all
from shop.actions.fulfilment import hand_over
from shop.actions.order import Delivery
from stores.models import Location, Role
from tests.factories import (
    make_category,
    make_level,
    make_online_location,
    make_product,
    make_sku,
    make_staff,
    make_store,
)
from tests.reports.goods import sell
from tests.reports.runs import plain
from tests.shop.orders import place_and_pay

NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)  # a Friday, 14:00 in Paris
DAY = timedelta(days=1)
ALERTS = {"/head-office/": "/head-office/alerts/", "/stores/lyon/": "/stores/lyon/alerts/"}
FIGURE = re.compile(
    r'<a (?=[^>]*class="figure[ "])[^>]*href="(?P<tile>[^"]+)"[^>]*>'
    r'(?:(?!</a>).)*?<span class="figure-value">(?P<value>[^<]+)'
    r'|<a (?:class="figure-link[^"]*" )?href="(?P<link>[^"]+)"[^>]*>(?P<text>[^<]*\d[^<]*)</a>',
    re.S,
)


@pytest.fixture
def lyon(db: None) -> Iterator[Location]:
    """A chain of two stores that sold today, this week and this month, in store and online."""
    lyon, paris, central = make_store("lyon"), make_store("paris"), make_online_location("central")
    drinks = make_product(category=make_category("Drinks"))
    tea = make_sku("TEA", price="19.90", cost="8.35", product=drinks)
    lamp, old = make_sku("LAMP", price="48.00", cost="21.00"), make_sku("OLD", cost="3.10")
    for place in (lyon, paris, central):
        for sku in (tea, lamp):
            make_level(sku, place, on_hand=40, reorder_point=39)
        make_level(old, place, on_hand=2)
    type(old).objects.filter(pk=old.pk).update(is_active=False)
    for days in (0, 1, 3, 4, 9, 18):
        sell(lyon, tea, 2, NOW - days * DAY)
        sell(paris, lamp, 1 + days % 2, NOW - days * DAY)
    gone = make_sku("GONE", price="7.50")
    make_level(gone, lyon, on_hand=3, reorder_point=1)
    sell(lyon, gone, 3, NOW - DAY)
    with time_machine.travel(NOW, tick=False):
        for delivery in (Delivery(store=lyon), Delivery(store=paris)):
            hand_over(
                place_and_pay({tea: 3}, delivery=delivery).pk, by=make_staff(Role.HEAD_OFFICE)
            )
        review_all_alerts()
        refresh_all()
        cache.clear()
        yield lyon


def figures(page: str) -> list[tuple[str, str]]:
    """The figures of the page that lead somewhere, each with its address."""
    overview = page[page.index('class="overview"') : page.index("</main>")]
    found = [match.groupdict() for match in FIGURE.finditer(overview)]
    return [
        (plain(one["value"] or one["text"]), unescape(one["tile"] or one["link"])) for one in found
    ]


def shown_at(client: Client, address: str) -> str:
    """What the page there says; of a report, once its form is sent as it stands."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    form = (answer.context or {}).get("form")
    if "/reports/" not in address:
        return plain(answer.text[answer.text.index("<main") :])
    filled = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in filled.items() if value is not None}
    run = client.post(address.partition("?")[0], sent, follow=True)
    assert run.status_code == 200, address
    return plain(" ".join(re.findall(r"<tfoot>.*?</tfoot>", run.text, re.S)))


def stands(figure: str, address: str, page: str) -> bool:
    """The amount, in reports without the currency that stands in the heading; what is left; or as
    many rows as are counted."""
    count, _space, word = figure.removeprefix("All ").partition(" ")
    if word == "left":
        return f"Available {count} " in page
    if count.isdecimal() and (word or ("/sales/?" in address and "/reports/" not in address)):
        return re.search(rf"\b{count} rows?\b", page) is not None
    return figure.removeprefix("€") in page


@pytest.mark.parametrize("page", [*ALERTS, "/stores/lyon/days/2026-11-20/"])
def test_each_figure_stands_again_where_it_leads(client: Client, lyon: Location, page: str) -> None:
    client.force_login(make_staff(Role.HEAD_OFFICE))
    found = figures(client.get(page).text)
    if page in ALERTS:
        assert ("€0.80", f"{ALERTS[page]}?kinds=out&kinds=low") in found
    pages = {address: shown_at(client, address) for _figure, address in found}
    missing = [
        (figure, address)
        for figure, address in found
        if not stands(figure, address, pages[address])
    ]
    assert missing == []
    reports = {address.partition("?")[0].split("/")[-2] for address in pages if "report" in address}
    assert reports >= {"sales", "stock" if page in ALERTS else "margin"}
    assert len(found) > 8

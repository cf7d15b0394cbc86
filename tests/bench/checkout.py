"""Line 6: whole checkouts of three products, eight customers at once."""

import re
import threading
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import F
from django.urls import reverse

from inventory.models import Sku, StockLevel
from shop.models import Address, Cart, Customer
from stores.models import Location, User
from tests.bench.lines import posting, signed_in
from tests.bench.measure import Load

CUSTOMERS = 8
ORDERS_EACH = 4
HIDDEN = re.compile(
    r'name="(key|shown)"[^>]*value="([^"]+)"|value="([^"]+)"[^>]*name="(key|shown)"'
)


class Shopper:
    """One customer with a cart, an address and a connection kept alive."""

    def __init__(self, number: int, port: int, skus: Sequence[int]) -> None:
        email = f"bench{number}@comptoir.example"
        user = User.objects.filter(email=email).first() or User.objects.create_user(email)
        customer, _made = Customer.objects.get_or_create(user=user)
        self.address = Address.objects.get_or_create(
            customer=customer, name="Bench", street="1 rue", postcode="69001", city="Lyon"
        )[0]
        Cart.objects.filter(customer=customer).delete()
        self.headers = signed_in(email)
        self.connection = HTTPConnection("127.0.0.1", port, timeout=60)
        self.skus = skus
        self.latencies: list[float] = []
        self.failures = 0

    def buy(self) -> None:
        """Three products into the cart, delivery, payment, and a look at the order."""
        began = time.perf_counter()
        for sku in self.skus:
            self._send(reverse("shop:cart_add"), {"sku": sku, "quantity": 1}, part="added")
        page = self._send(reverse("shop:checkout"))
        delivery = {**_hidden(page), "delivery": "home", "address": self.address.pk}
        to_pay = self._send(reverse("shop:checkout"), delivery, redirects=True)
        page = self._send(to_pay)
        order = self._send(to_pay, _hidden(page), redirects=True)
        self._send(order)
        self.latencies.append(1000 * (time.perf_counter() - began))

    def _send(self, path: str, data: Any = None, *, part: str = "", redirects: bool = False) -> str:
        method, headers = ("GET", self.headers) if data is None else ("POST", None)
        body = None if data is None else urlencode(data)
        self.connection.request(method, path, body, headers or posting(self.headers, part=part))
        response = self.connection.getresponse()
        text = response.read().decode()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            if name not in {settings.CSRF_COOKIE_NAME, settings.SESSION_COOKIE_NAME}:
                others = [c for c in self.headers["Cookie"].split("; ") if not c.startswith(name)]
                self.headers["Cookie"] = "; ".join([*others, f"{name}={value}"])
        wanted = 302 if redirects else 200
        if response.status != wanted:
            self.failures += 1
        return response.headers["Location"] if redirects else text


def _hidden(page: str) -> dict[str, str]:
    found = {}
    for name, value, value_first, name_last in HIDDEN.findall(page):
        found[name or name_last] = value or value_first
    return found


def measure(table: Any) -> None:
    """Print what one whole checkout costs."""
    central = Location.objects.get(code="central")
    levels = StockLevel.objects.at(central).filter(on_hand__gt=F("reserved") + 15)
    cheap = Sku.objects.active().filter(levels__in=levels, price__lt=300).order_by("pk")
    skus = list(cheap.values_list("pk", flat=True)[: 3 * CUSTOMERS])
    assert len(skus) == 3 * CUSTOMERS, "central has too little left: remove .run/bench"
    shoppers = [
        Shopper(number, table.site.port, skus[3 * number : 3 * number + 3])
        for number in range(CUSTOMERS)
    ]
    for shopper in shoppers:
        shopper.buy()
    value, loads = table.ratio(lambda: _round(table, shoppers))
    table.show("6", "whole checkout, 3 products, 8 at once", value, 25, 15, loads)


def _round(table: Any, shoppers: Sequence[Shopper]) -> Load:
    for shopper in shoppers:
        shopper.latencies.clear()
        shopper.failures = 0
    before, began = table.site.processes.cpu_ms(), time.perf_counter()
    threads = [
        threading.Thread(target=lambda s=shopper: [s.buy() for _order in range(ORDERS_EACH)])
        for shopper in shoppers
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    orders = len(shoppers) * ORDERS_EACH
    return Load(
        cpu_ms=(table.site.processes.cpu_ms() - before) / orders,
        latencies=sorted(latency for shopper in shoppers for latency in shopper.latencies),
        per_second=orders / (time.perf_counter() - began),
        size=0,
        failures=sum(shopper.failures for shopper in shoppers),
    )

"""What waits in the demo chain on its first morning, made by the same operations as in the shops."""

import random

from backoffice.demo.chain import DemoChain, new_key
from backoffice.demo.history import SCENE
from inventory.actions.restock import ask_restock
from inventory.models import StockLevel
from shop.actions.cart import fill_cart, new_cart
from shop.actions.order import Delivery, place_order
from shop.actions.payment import pay_order
from shop.models import Cart
from shop.pricing import price_cart
from stores.models import Company, Location

NOTES = ("Merci de livrer avant samedi.", "", "Animation en tête de gondole la semaine prochaine.")


def ask_for_goods(chain: DemoChain, rng: random.Random) -> None:
    """Let every second store ask for some of what runs low there."""
    for index, store in enumerate(chain.stores):
        if index % 2 == 1 or len(chain.stores) == 1:
            wanted = _running_low(chain, store, rng)
            if wanted:
                ask_restock(
                    new_key(rng),
                    store=store,
                    warehouse=chain.warehouse,
                    wanted=wanted,
                    note=NOTES[index % len(NOTES)],
                    by=chain.clerks[index],
                )


def order_online(chain: DemoChain, rng: random.Random) -> None:
    """Orders of the demo customer: one to ship, one to collect, and one that waits for payment."""
    here = chain.stores[0]
    customer = chain.customer
    home = Delivery(ship_to=customer.addresses.all()[0].as_lines)
    for delivery, place, is_paid in (
        (home, chain.warehouse, True),
        (Delivery(store=here), here, True),
        (home, chain.warehouse, False),
    ):
        cart = Cart.objects.filter(customer=customer).first() or new_cart(customer)
        fill_cart(cart, _in_stock(chain, place, rng))
        order = place_order(
            cart,
            key=new_key(rng),
            delivery=delivery,
            shown=price_cart(cart, Company.current()).fingerprint,
            language="fr",
            by=customer.user,
        )
        if is_paid:
            pay_order(order.pk, key=new_key(rng), by=customer.user)


def _in_stock(chain: DemoChain, place: Location, rng: random.Random) -> dict[int, int]:
    """Two or three cheap SKUs of which a place has some."""
    levels = StockLevel.objects.at(place).exclude(sku=chain.skus[SCENE.sku])
    cheap = levels.filter(on_hand__gt=3, sku__price__lt=60).order_by("sku_id")
    skus = list(cheap.values_list("sku_id", flat=True))
    return {sku: rng.randint(1, 2) for sku in rng.sample(skus, min(3, len(skus)))}


def _running_low(chain: DemoChain, store: Location, rng: random.Random) -> dict[int, int]:
    """Up to six SKUs of the low ones, in whole packs up to the target."""
    low = StockLevel.objects.at(store).low().exclude(sku=chain.skus[SCENE.sku])
    levels = list(low.select_related("sku").order_by("sku_id"))
    chosen = rng.sample(levels, min(6, len(levels)))
    return {
        level.sku_id: max(1, -(-(level.target - level.available) // level.sku.pack_size))
        * level.sku.pack_size
        for level in chosen
    }

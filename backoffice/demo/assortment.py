"""What the demo chain sells: a fixed range of 120 SKUs, and as many more as are asked for."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from backoffice.lib.money import to_cents


@dataclass(frozen=True)
class DemoCategory:
    name: str
    slug: str
    icon: str
    tax_rate: Decimal
    code: str


@dataclass(frozen=True)
class DemoSku:
    category: DemoCategory
    product: str
    description: str
    variant: str
    code: str
    price: Decimal
    cost: Decimal
    pack_size: int
    appeal: int  # how often it sells, relative to the others


NORMAL, REDUCED = Decimal("20.00"), Decimal("5.50")
COMPUTING = DemoCategory("Informatique", "informatique", "device-desktop", NORMAL, "INF")
DRINKS = DemoCategory("Boissons", "boissons", "cup", REDUCED, "BOI")
ACCESSORIES = DemoCategory("Accessoires", "accessoires", "headphones", NORMAL, "ACC")
SWEETS = DemoCategory("Confiserie", "confiserie", "candy", REDUCED, "CON")
CATEGORIES = (COMPUTING, DRINKS, ACCESSORIES, SWEETS)

# product | price | pack | variants with their own prices, if any
RANGE = {
    COMPUTING: """
Clavier mécanique RGB | 89.99 | 1
Souris optique | 25.50 | 1
Souris sans fil ergonomique | 34.90 | 1
Écran 24 pouces Full HD | 149.00 | 1
Écran 27 pouces QHD | 259.00 | 1
Clé USB 3.2 | 12.90 | 5 | 64 Go, 128 Go = 18.90, 256 Go = 29.90
Disque SSD externe | 69.90 | 1 | 500 Go, 1 To = 109.90
Webcam HD 1080p | 49.90 | 1
Casque micro USB | 39.90 | 1
Station d’accueil USB-C | 119.00 | 1
Câble HDMI | 9.90 | 10 | 1 m, 2 m = 12.90, 5 m = 19.90
Câble réseau cat. 6 | 5.90 | 10 | 1 m, 3 m = 8.90
Adaptateur USB-C vers HDMI | 24.90 | 5
Routeur Wi-Fi 6 | 99.90 | 1
Répéteur Wi-Fi | 39.90 | 1
Imprimante multifonction | 129.00 | 1
Cartouche d’encre | 17.90 | 6 | noir, couleur = 21.90
Ramette de papier A4 | 5.49 | 5
Support d’ordinateur portable | 32.90 | 1
Tapis de souris | 8.90 | 10
Multiprise parafoudre | 22.90 | 6
Lampe de bureau LED | 35.90 | 1
Hub USB 4 ports | 19.90 | 5
""",
    DRINKS: """
Café Premium Bio | 15.99 | 6
Café en grains Colombie | 7.90 | 6 | 250 g, 1 kg = 24.90
Café moulu Éthiopie | 6.90 | 6
Capsules de café | 3.99 | 12 | intense, doux
Chocolat en poudre | 4.90 | 6
Thé vert Sencha | 6.50 | 6
Thé noir Earl Grey | 5.90 | 6
Infusion verveine | 4.50 | 6
Jus d’orange pressé | 3.20 | 6
Jus de pomme trouble | 2.95 | 6
Nectar d’abricot | 3.10 | 6
Limonade artisanale | 2.60 | 12 | citron, framboise, nature
Cola artisanal | 2.40 | 12
Thé glacé pêche | 2.50 | 12
Eau minérale plate | 0.75 | 24 | 50 cl, 1 l = 0.95
Eau gazeuse 1 l | 1.05 | 12
Sirop de grenadine | 4.20 | 6
Sirop de menthe | 4.20 | 6
Lait d’avoine | 2.30 | 6
Lait d’amande | 2.90 | 6
Kombucha gingembre | 3.90 | 12
Smoothie fruits rouges | 3.60 | 8
Jus de tomate | 2.95 | 6
Café décaféiné | 6.20 | 6
Infusion tilleul | 4.50 | 6
""",
    ACCESSORIES: """
Écouteurs Bluetooth | 45.99 | 1
Coque de téléphone | 14.90 | 10 | transparente, noire, bleue
Verre trempé | 9.90 | 10
Chargeur rapide 30 W | 24.90 | 5
Câble USB-C | 9.90 | 10 | 1 m, 2 m = 12.90
Support de téléphone voiture | 17.90 | 5
Enceinte portable | 39.90 | 1
Batterie externe | 24.90 | 5 | 10 000 mAh, 20 000 mAh = 39.90
Bracelet de montre | 19.90 | 5 | S, M, L
Sac à dos ordinateur | 54.90 | 1
Housse d’ordinateur | 22.90 | 1 | 13 pouces, 15 pouces = 24.90
Parapluie pliant | 16.90 | 6
Gourde isotherme | 21.90 | 6 | 500 ml, 750 ml = 25.90
Mug isotherme | 18.90 | 6
Carnet A5 | 6.90 | 10
Stylo rechargeable | 4.90 | 12
Piles AA | 4.50 | 12 | par 4, par 8 = 7.90
Piles AAA par 4 | 4.50 | 12
Lunettes anti-lumière bleue | 29.90 | 1
Lampe frontale | 19.90 | 6
Trousse de voyage | 15.90 | 6
""",
    SWEETS: """
Chocolat Noir 70 % | 8.99 | 10
Chocolat au lait noisettes | 4.20 | 10
Chocolat blanc vanille | 3.90 | 10
Truffes au chocolat | 12.90 | 6
Pâtes de fruits | 9.90 | 6
Caramels au beurre salé | 6.50 | 12 | nature, chocolat
Nougat de Montélimar | 7.90 | 6
Calissons d’Aix | 11.90 | 6
Dragées aux amandes | 8.50 | 6
Guimauves à la vanille | 4.90 | 12
Réglisse | 2.50 | 24
Bonbons acidulés | 2.90 | 24 | citron, fraise
Sucettes aux fruits | 1.20 | 24
Berlingots | 4.40 | 12
Biscuits sablés | 3.80 | 12
Macarons par 12 | 18.90 | 4
Madeleines au beurre | 3.60 | 12
Pralines roses | 5.90 | 6
Gommes à la menthe | 1.60 | 24
Barre aux céréales | 1.10 | 24
Nonnettes au miel | 5.20 | 6
Marrons glacés | 19.90 | 4
Spéculoos | 2.80 | 12
Coffret assortiment | 24.90 | 4
Pastilles au miel | 3.40 | 12
Nougatine | 6.90 | 6
Oursons en guimauve | 5.50 | 12
Florentins | 8.40 | 6
""",
}
DESCRIPTIONS = {
    COMPUTING: "Choisi et essayé par nos équipes. Garantie deux ans, échange en magasin.",
    DRINKS: "À conserver au sec et à l’abri de la lumière. Producteurs choisis pour leur goût.",
    ACCESSORIES: "Pratique au quotidien, vérifié avant la mise en rayon. Retour sous trente jours.",
    SWEETS: "Fabriqué en petites séries. Peut contenir des traces de fruits à coque.",
}
KINDS = {  # for ranges beyond the fixed one
    COMPUTING: ("Clavier", "Souris", "Écran", "Casque", "Câble", "Adaptateur", "Disque"),
    DRINKS: ("Café", "Thé", "Infusion", "Jus", "Sirop", "Limonade", "Eau"),
    ACCESSORIES: ("Coque", "Chargeur", "Sac", "Support", "Gourde", "Étui", "Lampe"),
    SWEETS: ("Chocolat", "Caramel", "Biscuit", "Nougat", "Bonbon", "Praline", "Sablé"),
}
LINES = ("Atlas", "Boréal", "Cassiopée", "Dune", "Éole", "Fauve", "Garrigue", "Horizon", "Indigo")


def demo_skus(count: int, rng: random.Random) -> list[DemoSku]:
    """The first `count` SKUs: the fixed range, then products of generated names."""
    skus = list(_fixed_range(rng))
    if count > len(skus):
        skus += _more(count - len(skus), rng)
    return skus[:count]


def _fixed_range(rng: random.Random) -> Iterator[DemoSku]:
    for category, text in RANGE.items():
        number = 0
        for line in text.strip().splitlines():
            product, price, pack, *variants = (part.strip() for part in line.split("|"))
            for variant in variants[0].split(",") if variants else [""]:
                number += 1
                name, _equals, own_price = (part.strip() for part in variant.partition("="))
                yield _sku(category, product, name, number, own_price or price, int(pack), rng)


def _more(count: int, rng: random.Random) -> Iterator[DemoSku]:
    for index in range(count):
        category = CATEGORIES[index % len(CATEGORIES)]
        kind = KINDS[category][index // len(CATEGORIES) % len(KINDS[category])]
        line = LINES[index % len(LINES)]
        price = str(to_cents(Decimal(rng.randint(150, 9000)) / 100))
        yield _sku(category, f"{kind} {line} {index + 1}", "", 1000 + index, price, 6, rng)


def _sku(
    category: DemoCategory,
    product: str,
    variant: str,
    number: int,
    price: str,
    pack: int,
    rng: random.Random,
) -> DemoSku:
    amount = Decimal(price)
    return DemoSku(
        category=category,
        product=product,
        description=DESCRIPTIONS[category],
        variant=variant,
        code=f"{category.code}-{number:04d}",
        price=amount,
        cost=to_cents(amount * rng.randint(45, 68) / 100),
        pack_size=pack,
        appeal=int(1000 * rng.paretovariate(1.3)) // (1 + int(amount) // 25) + 1,
    )


def ean13(number: int) -> str:
    """The EAN-13 of a number up to 10^9, in the range for use inside a company (prefix 200)."""
    return with_check_digit(f"200{number:09d}")


def box_code(unit: str) -> str:
    """The GTIN-14 of a box of the units that bear this EAN-13."""
    return with_check_digit(f"1{unit[:-1]}")


def with_check_digit(digits: str) -> str:
    """The digits and their check digit, as in the GS1 General Specifications, section 7.9."""
    weighted = (
        int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits))
    )
    return digits + str(-sum(weighted) % 10)

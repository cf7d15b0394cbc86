"""Picking list and delivery note: PDFs in the reader's language, each with its barcode."""

import io

import pytest
from django.test import Client
from pypdf import PdfReader

from backoffice.lib import pdf
from backoffice.lib.codes import code128_svg
from inventory.models import Sku, Transfer, TransferLine
from stores.models import Location, Role
from tests.factories import (
    make_arrival,
    make_restock,
    make_sku,
    make_staff,
    make_store,
    make_transfer,
    make_warehouse,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def transfer() -> Transfer:
    """From Central to Lyon: 30 units of an accented article, 2 of another; for a request; sent."""
    central, lyon = make_warehouse("central", name="Central"), make_store("lyon", name="Lyon")
    Location.objects.filter(pk=lyon.pk).update(street="12 rue de la République", city="Lyon")
    tea, mouse = make_sku("TEA", name="Thé glacé à la pêche"), make_sku("MOUSE", name="Souris")
    request = make_restock({tea: 30, mouse: 2}, store=lyon, warehouse=central)
    transfer = make_arrival({tea: 30, mouse: 2}, source=central, destination=lyon)
    Transfer.objects.filter(pk=transfer.pk).update(request=request)
    TransferLine.objects.filter(transfer=transfer, sku=tea).update(sent=28)
    transfer.refresh_from_db()
    return transfer


def pages_of(client: Client, address: str, **headers: str) -> list[str]:
    answer = client.get(address, headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    texts = [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]
    return [" ".join(text.split()) for text in texts]


def test_the_delivery_note_in_both_languages(client: Client, transfer: Transfer) -> None:
    client.force_login(make_staff(Role.CLERK, transfer.destination))
    address = f"/stores/lyon/transfers/{transfer.pk}/papers/delivery-note/"
    [english] = pages_of(client, address, **{"Accept-Language": "en"})
    for words in (
        "Delivery note",
        str(transfer),
        "Central → Lyon",
        "12 rue de la République",
        "Thé glacé à la pêche TEA 28",
        "Souris MOUSE 2",
        "2 articles 30",
        str(transfer.request),
        "Received by: name, date, signature",
        "Page 1 / 1",
    ):
        assert words in english
    [french] = pages_of(client, address, **{"Accept-Language": "fr"})
    assert "Thé glacé à la pêche TEA 28" in french


def test_the_picking_list_is_in_the_order_of_the_shelves(
    client: Client, transfer: Transfer
) -> None:
    client.force_login(make_staff(Role.LOGISTICS))
    address = f"/head-office/transfers/{transfer.pk}/papers/picking-list/"
    [page] = pages_of(client, address, **{"Accept-Language": "en"})
    shelves = sorted(
        transfer.lines.select_related("sku__product__category"),
        key=lambda line: line.sku.product.category.name,
    )
    places = [page.index(line.sku.code) for line in shelves]
    assert places == sorted(places)
    assert "Picking list" in page
    assert f"Restock request {transfer.request}" in page
    assert "Total 30" in page


def test_a_long_list_repeats_its_head_on_every_page(client: Client) -> None:
    many: dict[Sku, int] = {make_sku(f"CODE-{n:03}"): n for n in range(1, 61)}
    draft = make_transfer(many, destination=make_store())
    client.force_login(make_staff(Role.LOGISTICS))
    address = f"/head-office/transfers/{draft.pk}/papers/picking-list/"
    pages = pages_of(client, address, **{"Accept-Language": "en"})
    assert len(pages) > 1
    for number, page in enumerate(pages, start=1):
        assert f"Page {number} / {len(pages)}" in page
        assert "Picking list" in page
        assert "Picked" in page
    whole = " ".join(pages)
    assert [code for code in (sku.code for sku in many) if code not in whole] == []


def test_what_was_not_sent_has_no_delivery_note(client: Client) -> None:
    draft = make_transfer()
    client.force_login(make_staff(Role.LOGISTICS))
    start = f"/head-office/transfers/{draft.pk}/"
    assert client.get(f"{start}papers/delivery-note/").status_code == 404
    assert client.get(f"{start}papers/anything/").status_code == 404
    page = client.get(start).text
    assert "papers/picking-list/" in page
    assert "papers/delivery-note/" not in page


def test_papers_of_other_places_do_not_exist(client: Client, transfer: Transfer) -> None:
    client.force_login(make_staff(Role.CLERK, make_store("paris")))
    for place in ("paris", "lyon"):
        address = f"/stores/{place}/transfers/{transfer.pk}/papers/delivery-note/"
        assert client.get(address).status_code == 404


def test_without_pango_the_page_says_so_in_a_sentence(
    client: Client, transfer: Transfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        raise OSError(f"cannot load library for {name}")

    pdf._weasyprint.cache_clear()
    monkeypatch.setattr(pdf, "import_module", missing)
    client.force_login(make_staff(Role.LOGISTICS))
    start = f"/head-office/transfers/{transfer.pk}/"
    answer = client.get(f"{start}papers/picking-list/", follow=True)
    assert answer.redirect_chain == [(start, 302)]
    assert "can&#x27;t draw PDFs: the library Pango is missing" in answer.text


def test_a_barcode_is_code_128_with_quiet_ends() -> None:
    drawing = code128_svg("T-104")
    assert 'aria-label="T-104"' in drawing
    assert 'viewBox="0 0 110 40"' in drawing  # 5 signs, begin, check sum: 11 modules each; end 13
    assert "style=" not in drawing
    assert "M10 0h2v40h-2z" in drawing

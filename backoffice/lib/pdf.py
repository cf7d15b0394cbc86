"""Papers: HTML drawn as PDF by WeasyPrint, which draws with the system's Pango."""

from functools import cache
from importlib import import_module
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from backoffice.lib.errors import DomainError

PDF_TYPE = "application/pdf"


class PdfUnavailable(DomainError):
    """This machine lacks the libraries that draw text."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This server can't draw PDFs: the library Pango is missing. Tell whoever runs it to"
                " install libpango-1.0-0, libpangoft2-1.0-0 and libharfbuzz-subset0."
            )
        )


def pdf_bytes(html: str, *, css: str) -> bytes:
    """The page as PDF, styled; nothing it refers to is fetched. Raise `PdfUnavailable` without Pango."""
    weasyprint, urls = _weasyprint()
    nothing = urls.URLFetcher(allowed_protocols={"data"})
    style = weasyprint.CSS(string=css, url_fetcher=nothing)
    paper = weasyprint.HTML(string=html, url_fetcher=nothing)
    drawn: bytes = paper.write_pdf(stylesheets=[style], pdf_tags=True)
    return drawn


def pdf_response(name: str, content: bytes) -> HttpResponse:
    """The paper, to be looked at and printed; under this name if it is saved."""
    response = HttpResponse(content, content_type=PDF_TYPE)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@cache
def _weasyprint() -> tuple[Any, Any]:
    """WeasyPrint, imported by the first paper: that takes 1 to 3 seconds and 40 MB, which no worker and
    no command needs, and it fails where Pango is missing, where all other pages must still work."""
    try:
        return import_module("weasyprint"), import_module("weasyprint.urls")
    except OSError as error:
        raise PdfUnavailable from error

"""Which parameters of a query string a page reads, found out by watching it read them.

A page that is sent one parameter runs as it runs for another that it doesn't know, until it reads the
one: what it never reads then, it never reads. So `names_read` says of all parameters which matter.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import Client, override_settings

EVERY = "*"  # a page that goes through the whole query string may read any name
UNKNOWN = "nobody-reads-this"


class Watched(QueryDict):
    """A query string that remembers, with its copies, which names are asked for.

    Whether it is empty is no name: it is watched with a parameter that nobody knows.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.names: set[str] = set()
        super().__init__(*args, **kwargs)
        self.names = set()

    def __copy__(self) -> "Watched":
        copy = self._put_into(Watched(mutable=True))
        copy.names = self.names  # to copy is not to read; what is read of the copy counts
        return copy

    def __deepcopy__(self, memo: dict[int, Any]) -> "Watched":
        return self.__copy__()

    def urlencode(self, safe: str | None = None) -> str:
        """Hand on all there is, as one text into which nobody looks."""
        return self._put_into(QueryDict(mutable=True)).urlencode(safe)

    def _put_into[Q: QueryDict](self, other: Q) -> Q:
        for name, values in dict.items(self):
            other.setlist(name, values)
        return other

    def __getitem__(self, key: str) -> Any:
        self.names.add(key)
        return super().__getitem__(key)

    def _getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super()._getlist(key, *args, **kwargs)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)

    def pop(self, key: str, *args: Any) -> Any:
        self.names.add(key)
        return super().pop(key, *args)

    def __iter__(self) -> Iterator[str]:
        self.names.add(EVERY)
        return super().__iter__()

    def keys(self) -> Any:
        self.names.add(EVERY)
        return super().keys()

    def values(self) -> Any:
        self.names.add(EVERY)
        return super().values()

    def items(self) -> Any:
        self.names.add(EVERY)
        return super().items()

    def lists(self) -> Any:
        self.names.add(EVERY)
        return super().lists()


class Watch:
    """The innermost middleware: what those around it read, they read on every page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.GET = Watched(request.META["QUERY_STRING"])
        return self.get_response(request)


def watching(client: Client) -> Client:
    """Another client of the same person, whose requests are watched."""
    watcher = Client()
    with override_settings(MIDDLEWARE=[*settings.MIDDLEWARE, f"{__name__}.Watch"]):
        watcher.handler.load_middleware()
    watcher.cookies = client.cookies.copy()
    return watcher


def names_read(watcher: Client, path: str) -> frozenset[str]:
    """The names that a page reads of its query string, `EVERY` among them if it goes through all."""
    cookies = watcher.cookies.copy()
    with transaction.atomic():
        response: Any = watcher.get(path, {UNKNOWN: "1"})
        response.getvalue()  # a file is written while it is read
        transaction.set_rollback(True)
    watcher.cookies = cookies
    query = response.wsgi_request.GET
    return frozenset(query.names - {UNKNOWN}) if isinstance(query, Watched) else frozenset()

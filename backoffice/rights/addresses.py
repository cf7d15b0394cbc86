"""Every address of the site, read from its URL configuration: whom its view admits, and which methods."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from stores.admission import Policy

ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True)
class Address:
    """One named address: what its view says of itself."""

    name: str
    path: str  # such as /stores/<code>/stock/
    arguments: tuple[str, ...]
    policy: Policy
    methods: tuple[str, ...]

    @property
    def admits(self) -> str:
        return str(self.policy)

    def __str__(self) -> str:
        return self.name


def all_addresses() -> list[Address]:
    return list(_addresses(get_resolver(), "", ""))


def _addresses(resolver: URLResolver, namespace: str, before: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            path = before + str(entry.pattern)
            yield from _addresses(entry, entry.namespace or namespace, path)
        else:
            yield _address(entry, namespace, before)


def _address(pattern: URLPattern, namespace: str, before: str) -> Address:
    path = ARGUMENT.sub(lambda found: f"<{found[1] or found[2]}>", before + str(pattern.pattern))
    return Address(
        name=f"{namespace}:{pattern.name}" if namespace else str(pattern.name),
        path="/" + path.replace("^", "").replace("$", "").replace("\\Z", ""),
        arguments=tuple(re.findall(r"(?:<\w+:|\(\?P<)(\w+)", str(pattern.pattern))),
        policy=pattern.callback.admits,  # type: ignore[attr-defined]
        methods=tuple(declared_methods(pattern.callback)),
    )


def declared_methods(view: Callable[..., Any]) -> list[str]:
    """What `require_http_methods`, somewhere around the view, lets through."""
    layer: Any = view
    while layer is not None:
        held = inspect.getclosurevars(layer).nonlocals
        if "request_method_list" in held:
            return list(held["request_method_list"])
        layer = getattr(layer, "__wrapped__", None)
    return []

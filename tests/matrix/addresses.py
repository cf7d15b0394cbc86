"""Every address of the site, read from its URL configuration: with whom it admits and which methods."""

import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """One named address: what its view says of itself."""

    name: str
    arguments: tuple[str, ...]
    admits: str
    methods: tuple[str, ...]

    def __str__(self) -> str:
        return self.name


def all_addresses() -> list[Address]:
    return list(_addresses(get_resolver(), ""))


def _addresses(resolver: URLResolver, namespace: str) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _addresses(entry, entry.namespace or namespace)
        else:
            yield _address(entry, namespace)


def _address(pattern: URLPattern, namespace: str) -> Address:
    name = f"{namespace}:{pattern.name}" if namespace else str(pattern.name)
    return Address(
        name=name,
        arguments=tuple(re.findall(r"(?:<\w+:|\(\?P<)(\w+)", str(pattern.pattern))),
        admits=pattern.callback.admits,  # type: ignore[attr-defined]
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

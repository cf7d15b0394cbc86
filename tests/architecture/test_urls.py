"""Every address says whom it admits."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver


def addresses(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, path)
        else:
            yield path, entry


def test_every_view_says_whom_it_admits() -> None:
    """Views of others, such as allauth's, are marked where they are routed."""
    silent = [
        f"{path} ({pattern.lookup_str})"
        for path, pattern in addresses(get_resolver())
        if not getattr(pattern.callback, "admits", None)
    ]
    assert silent == []


def test_every_address_has_a_name() -> None:
    assert [path for path, pattern in addresses(get_resolver()) if not pattern.name] == []

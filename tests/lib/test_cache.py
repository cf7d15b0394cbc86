"""What the cache holds is never more than a shortcut."""

import pickle

import pytest
from django.core.cache import cache

from backoffice.lib import cache as module


class Gone:
    """A class that the next version of the code doesn't have."""


def test_what_an_older_version_wrote_is_a_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Gone", Gone, raising=False)
    monkeypatch.setattr(Gone, "__module__", module.__name__)
    cache.set("old", Gone())
    assert isinstance(cache.get("old"), Gone)
    monkeypatch.delattr(module, "Gone")
    assert cache.get("old", "nothing") == "nothing"
    assert cache.get_many(["old"]) == {}
    cache.set("new", 1)
    assert cache.get("new") == 1  # the server isn't taken for one that is away


def test_what_can_not_be_kept_is_told() -> None:
    with pytest.raises((AttributeError, pickle.PicklingError)):
        cache.set("never", lambda: None)

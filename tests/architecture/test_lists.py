"""Every list has a name, and says what would stand in it while it is empty."""

from collections.abc import Iterator
from importlib import import_module

import django_tables2 as tables

from tests.architecture.source import ROOT, python_files

SAYS_BY_ITSELF = {"AlertTable"}  # its words depend on which alerts are asked for
NO_PAGE = {"MovementTable"}  # a file is made of it


def all_tables() -> Iterator[type[tables.Table]]:
    for file in python_files():
        path = file.relative_to(ROOT).with_suffix("")
        if "tables" not in str(path):
            continue
        module = import_module(".".join(path.parts))
        for one in vars(module).values():
            if isinstance(one, type) and issubclass(one, tables.Table) and not is_of_lib(one):
                yield one


def is_of_lib(table: type[tables.Table]) -> bool:
    """Whether it is what lists are built from, and none itself."""
    return table.__module__.startswith("backoffice.lib")


def test_every_list_says_what_would_stand_in_it() -> None:
    """In its Meta: django-tables2 doesn't read it from the table."""
    found = {one.__name__: one._meta.empty_text for one in all_tables()}
    assert len(found) > 15
    assert {name for name, text in found.items() if not text} == SAYS_BY_ITSELF | NO_PAGE


def test_every_list_has_a_name_for_who_cannot_see_it() -> None:
    """On the table: `Meta` has no such option."""
    nameless = {one.__name__ for one in all_tables() if not getattr(one, "caption", "")}
    assert nameless == NO_PAGE
    assert not any(hasattr(one.Meta, "caption") for one in all_tables())

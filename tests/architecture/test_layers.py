"""Imports only go downwards, so that a change of a lower app never asks what stands above."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import APPS, ROOT, python_files, tree_of, where

LAYERS = ["backoffice.lib", "stores", "inventory", "sales", "shop", "backoffice", "worker"]


def layer_of(module: str) -> int | None:
    """The layer of a module of ours; None for everybody else's."""
    for height, layer in enumerate(LAYERS):
        if module == layer or module.startswith(f"{layer}."):
            return height
    return None


def module_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports(file: Path) -> list[tuple[ast.AST, str]]:
    return [(node, name) for node in ast.walk(tree_of(file)) for name in imported(node)]


def test_a_module_imports_its_own_layer_and_those_below() -> None:
    upward = []
    for file in python_files():
        own = layer_of(module_of(file))
        assert own is not None
        for node, name in imports(file):
            other = layer_of(name)
            if other is not None and other > own:
                upward.append(f"{where(file, node)} imports {name}")
    assert upward == []


def test_the_application_never_imports_tests() -> None:
    files = python_files()
    assert [where(f, n) for f in files for n, name in imports(f) if name.startswith("tests")] == []


def test_lib_holds_no_models_and_imports_no_app() -> None:
    for file in python_files("backoffice/lib"):
        names = [name for _node, name in imports(file)]
        ours = [n for n in names if n.split(".")[0] in APPS and not n.startswith("backoffice.lib")]
        assert ours == [], file


def test_imports_are_absolute() -> None:
    relative = [
        where(file, node)
        for file in python_files(*APPS, "tests")
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_imports_stand_at_the_top_of_the_file() -> None:
    nested = [
        where(file, node)
        for file in python_files()
        for holder in ast.walk(tree_of(file))
        if not isinstance(holder, ast.Module)
        for node in ast.iter_child_nodes(holder)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert nested == []


def test_nothing_imports_the_worker() -> None:
    importers = [
        where(file, node)
        for file in python_files("backoffice", "stores", "inventory", "sales", "shop")
        for node, name in imports(file)
        if name.split(".")[0] == "worker"
    ]
    assert importers == []


def test_there_are_no_signals_and_no_overridden_save() -> None:
    found = []
    for file in python_files():
        found += [
            f"{where(file, node)} {name}"
            for node, name in imports(file)
            if name.startswith(("django.db.models.signals", "django.dispatch"))
        ]
        found += [
            f"{where(file, node)} save()"
            for node in ast.walk(tree_of(file))
            if isinstance(node, ast.FunctionDef) and node.name == "save" and "models" in file.parts
        ]
    assert found == []

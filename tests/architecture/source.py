"""The project's own source, as the architecture tests read it."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ("backoffice", "stores", "inventory", "sales", "shop", "worker")


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders or APPS:
        yield from sorted((ROOT / folder).rglob("*.py"))


def templates() -> Iterator[Path]:
    for folder in ("", *APPS):
        yield from sorted((ROOT / folder / "templates").rglob("*.html"))
        yield from sorted((ROOT / folder / "templates").rglob("*.txt"))


@cache
def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), str(file))


def where(file: Path, node: ast.AST | int) -> str:
    line = node if isinstance(node, int) else getattr(node, "lineno", 0)
    return f"{file.relative_to(ROOT)}:{line}"

"""A nudge is a doorbell: somebody must hear it, and somebody must look when it didn't ring."""

import ast
from importlib import import_module

from tests.architecture.source import APPS, python_files, tree_of, where
from worker.celery import app
from worker.schedule import SCHEDULE

ABOVE = tuple(name for name in APPS if name != "worker")  # the apps that nudge


def nudges() -> dict[str, str]:
    """Each name that code nudges, and where."""
    return {
        node.args[0].value: where(file, node)
        for file in python_files(*ABOVE)
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "nudge"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def tasks() -> set[str]:
    for module in app.conf.imports:
        import_module(module)
    return set(app.tasks)


def sweeps() -> set[str]:
    return {entry["task"] for entry in SCHEDULE.values() if ".sweep_" in entry["task"]}


def test_each_nudge_is_heard_by_a_task() -> None:
    unheard = {name: place for name, place in nudges().items() if name not in tasks()}
    assert unheard == {}


def test_each_nudged_kind_of_work_is_swept_too() -> None:
    """`inventory.carry_out_restock` needs an `inventory.sweep_…restock…` in the timetable."""
    unswept = {}
    for name, place in nudges().items():
        subject, work = name.split(".")
        noun = work.split("_")[-1]
        if not any(sweep.startswith(f"{subject}.sweep_") and noun in sweep for sweep in sweeps()):
            unswept[name] = place
    assert unswept == {}


def test_nudges_are_named_by_literals() -> None:
    """So that the tests above see them all."""
    unnamed = [
        where(file, node)
        for file in python_files(*ABOVE)
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "nudge"
        and not (node.args and isinstance(node.args[0], ast.Constant))
    ]
    assert unnamed == []


def test_each_entry_of_the_timetable_is_a_task() -> None:
    assert {entry["task"] for entry in SCHEDULE.values()} - tasks() == set()

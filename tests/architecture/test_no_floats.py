"""Money and quantities never pass through binary fractions."""

import ast

from tests.architecture.source import python_files, tree_of, where

COUNTS = ("inventory", "sales", "shop")  # apps that count money and goods


def test_no_model_has_a_float() -> None:
    fields = [
        where(file, node)
        for file in python_files()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) == "FloatField"
    ]
    assert fields == []


def test_code_that_counts_money_and_goods_has_no_floats() -> None:
    found = []
    for file in python_files(*COUNTS, "backoffice/lib/money.py"):
        for node in ast.walk(tree_of(file)):
            literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
            if literal or (isinstance(node, ast.Name) and node.id == "float"):
                found.append(where(file, node))
    assert found == []


def test_decimals_are_made_of_text_or_whole_numbers() -> None:
    made_of_floats = [
        where(file, node)
        for file in python_files()
        for node in ast.walk(tree_of(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Decimal"
        and any(isinstance(a, ast.Constant) and isinstance(a.value, float) for a in node.args)
    ]
    assert made_of_floats == []

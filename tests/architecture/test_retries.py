"""An action that a page calls is tried again when another transaction was in its way."""

import ast

from tests.architecture.source import ROOT

CALLED_WITHIN = {  # in the transaction of what causes them, or by a worker that comes back anyway
    "inventory/actions/alerts.py",
    "inventory/actions/digest.py",
    "inventory/actions/stock.py",
    "sales/actions/summary.py",
    "shop/actions/cart.py: fill_cart",
    "stores/actions/mail.py: queue_mail",
    "stores/actions/mail.py: send_mail",
}


def test_public_actions_are_tried_again() -> None:
    once = []
    for file in sorted(ROOT.glob("*/actions/*.py")):
        name = str(file.relative_to(ROOT))
        for entry in ast.parse(file.read_text()).body:
            if not isinstance(entry, ast.FunctionDef) or entry.name.startswith("_"):
                continue
            around = [ast.unparse(decorator) for decorator in entry.decorator_list]
            if "transaction.atomic" in around and around[0] != "retrying":
                once.append((name, f"{name}: {entry.name}"))
    assert [where for file, where in once if not {file, where} & CALLED_WITHIN] == []

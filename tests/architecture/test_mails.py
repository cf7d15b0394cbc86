"""Each mail says whether it tells figures; one that does leaves only for those who may see them."""

import ast

from tests.architecture.source import ROOT, python_files, tree_of, where

TELL_FIGURES = {"alert_digest", "decision/restock", "report", "stock_digest"}
TELL_NONE = {  # of the business: a customer's own order, an account, or that something is broken
    "account/confirm_email",
    "account/invitation",
    "account/password_reset",
    "account/security",
    "account/unknown_account",
    "alerts_missed",
    "order_cancelled",
    "order_confirmed",
    "order_handed_over",
    "order_ready",
    "schedule_failed",
    "schedule_stopped",
    "trial",
}


def promises() -> list[tuple[str, dict[str, str]]]:
    """Where mails are promised, with what arguments."""
    found = []
    for file in python_files():
        for node in ast.walk(tree_of(file)):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "queue_mail":
                given = {word.arg or "": ast.unparse(word.value) for word in node.keywords}
                found.append((where(file, node), given))
    return found


def test_every_mail_is_known() -> None:
    folder = ROOT / "templates" / "mail"
    subjects = folder.rglob("*.subject.txt")
    names = {str(file.relative_to(folder)).removesuffix(".subject.txt") for file in subjects}
    assert names == TELL_FIGURES | TELL_NONE


def test_mails_with_figures_name_those_who_may_see_them() -> None:
    named = [(place, given) for place, given in promises() if given["template"][0] in "'\""]
    telling = [
        (place, given)
        for place, given in named
        if ast.literal_eval(given["template"]) in TELL_FIGURES
    ]
    assert len(telling) == len(TELL_FIGURES)
    assert [place for place, given in telling if given.get("only_for", "None") == "None"] == []

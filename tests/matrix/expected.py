"""What each actor should be answered: worked out from what a view says of itself (as the page of rights
is), and from the table of who holds which role, which is written here once more and reviewed by eye."""

from stores.admission import Scope
from tests.matrix.addresses import Address

ROLES = {  # actor: the roles held at each place, and in the whole company under "all"
    "anonymous": {},
    "customer A": {},
    "customer B": {},
    "clerk Lyon": {"lyon": {"clerk"}},
    "clerk Paris": {"paris": {"clerk"}},
    "manager Lyon": {"lyon": {"clerk", "manager"}},
    "logistics": {"all": {"logistics"}},
    "auditor": {"all": {"auditor"}},
    "head office": {"all": {"clerk", "manager", "logistics", "head_office"}},
    "admin": {"all": {"clerk", "manager", "logistics", "head_office", "admin"}},
    "admin without second factor": {
        "all": {"clerk", "manager", "logistics", "head_office", "admin"},
    },
    "deactivated": {},
    "demoted": {},
}
LACKS_SECOND_FACTOR = {"admin without second factor"}
SIGNED_OUT = {"anonymous", "deactivated"}
OF_LYON = {"anonymous", "customer A", "clerk Lyon", "manager Lyon", "deactivated", "demoted"}
EVERY_ROLE = {"clerk", "manager", "logistics", "head_office", "admin", "auditor"}

STORES_ONLY = {  # a logistics centre has none of these
    "sales:sell",
    "inventory:restock_new",
    "inventory:store_restock",
    "inventory:store_restock_detail",
    "inventory:store_surplus",
    "inventory:store_restock_withdraw",
    "inventory:store_restock_again",
    "inventory:store_restock_keep",
    "inventory:store_restock_comments",
    "inventory:restock_suggestions",
    "inventory:restock_templates",
}
ADJUSTS = {"inventory:adjustment_new", "inventory:stock_thresholds"}
ADJUSTS_AT = {"lyon": "manager", "paris": "manager", "central": "logistics"}
# who holds the link of a mail needs no sign-in, but may not be signed in as somebody else
READER_OF_THE_LINK = ("inventory:decision_link", {"logistics", *SIGNED_OUT})
OF_ONE_PERSON = {
    "inventory:bulk_approval": "logistics",
    "backoffice:schedule_mine": "manager Lyon",
}
OWN = {"lyon": {"customer A"}, "paris": {"customer B"}}
OWNED = {"address_edit", "address_remove", "order_detail", "order_pay", "order_cancel"}
OWNED |= {"order_again", "session_end"}
HANDS_OVER = {"lyon": "clerk", "paris": "clerk", "central": "logistics"}
MANAGED = {
    f"backoffice:snapshot_{name}": "manager"
    for name in ("detail", "file", "chart", "compare", "send")
} | {
    f"backoffice:schedule_{name}": "manager"
    for name in ("detail", "edit", "change", "delete", "send", "preview", "preview_mail")
}


def expected(address: Address, actor: str, method: str, objects: dict[str, str]) -> str:
    """`sign in`, `set up`, `refused` (403), `absent` (404) or `admitted`."""
    if address.name == READER_OF_THE_LINK[0]:
        reads = "never" not in objects.values() and actor in READER_OF_THE_LINK[1]
        return "admitted" if reads else "absent"
    if address.admits == "public":
        return "admitted"
    if actor in SIGNED_OUT:
        return "sign in"
    if actor in LACKS_SECOND_FACTOR and address.admits != "setting up":
        return "set up"
    if address.admits == "setting up":
        return "admitted"
    if address.admits == "customer":
        return _of_customers(address, actor, objects)
    policy = address.policy
    roles = {str(role) for role in policy.wanted(method)} or EVERY_ROLE
    reading = policy.is_reading(method)
    if policy.scope == Scope.PLACE:
        return _at_a_place(address, actor, objects, roles, reading)
    wide = {"all"} if policy.company_wide else {*ROLES[actor]}
    held = [_held(actor, where, reading) for where in wide & {*ROLES[actor]}]
    if not any(roles & some for some in held):
        of_readers = address.name in OF_ONE_PERSON and not policy.roles and ROLES[actor]
        return "absent" if of_readers else "refused"
    return _within_the_company(address, actor, objects, reading)


def _held(actor: str, where: str, reading: bool) -> set[str]:
    held = set(ROLES[actor].get("all", set())) | set(ROLES[actor].get(where, set()))
    return EVERY_ROLE if "auditor" in held and reading else held - {"auditor"}


def _of_customers(address: Address, actor: str, objects: dict[str, str]) -> str:
    if address.name.partition(":")[2] not in OWNED:
        return "admitted"
    [whose] = objects.values()
    return "admitted" if actor in OWN.get(whose, set()) else "absent"


def _at_a_place(
    address: Address, actor: str, objects: dict[str, str], roles: set[str], reading: bool
) -> str:
    place = objects["code"]
    if place == "never" or not _held(actor, place, reading=True):
        return "absent"
    held = _held(actor, place, reading)
    if not roles & held:
        return "refused"
    if place == "central" and address.name in STORES_ONLY:
        return "absent"
    if address.name in ADJUSTS and ADJUSTS_AT[place] not in held:
        return "refused"
    if any(whose not in (place, "shared") for name, whose in objects.items() if name != "code"):
        return "absent"
    if address.name == "shop:store_order" and not reading and HANDS_OVER[place] not in held:
        return "refused"
    return "admitted"


def _within_the_company(
    address: Address, actor: str, objects: dict[str, str], reading: bool
) -> str:
    if "never" in objects.values():
        return "absent"
    if address.name in OF_ONE_PERSON:
        return "admitted" if actor == OF_ONE_PERSON[address.name] else "absent"
    places = {whose for whose in objects.values() if whose in HANDS_OVER}
    if address.name in MANAGED:
        wanted = MANAGED[address.name]
        if not all(wanted in _held(actor, place, reading) for place in places):
            return "absent"
    return "admitted"

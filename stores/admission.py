"""Whom a view admits: what its decorator enforces, and the page of rights and its test read."""

from dataclasses import dataclass
from enum import StrEnum

from stores.models import Role

SAFE_METHODS = {"GET", "HEAD"}
HELD_BY = {  # who holds a role: the role itself, and those that include it
    Role.CLERK: (Role.CLERK, Role.MANAGER, Role.HEAD_OFFICE, Role.ADMIN),
    Role.MANAGER: (Role.MANAGER, Role.HEAD_OFFICE, Role.ADMIN),
    Role.LOGISTICS: (Role.LOGISTICS, Role.HEAD_OFFICE, Role.ADMIN),
    Role.HEAD_OFFICE: (Role.HEAD_OFFICE, Role.ADMIN),
    Role.ADMIN: (Role.ADMIN,),
    Role.AUDITOR: (Role.AUDITOR,),
}


def holders(*roles: Role, reading: bool = False) -> set[Role]:
    """The roles that hold one of these (any, if none is named); while `reading`, auditors hold all."""
    wanted = {holder for role in roles or tuple(Role) for holder in HELD_BY[role]}
    return wanted | {Role.AUDITOR} if reading else wanted


class Scope(StrEnum):
    """What a view is about: everybody, one's own account, the company, or the place in its address."""

    PUBLIC = "public"
    CUSTOMER = "customer"
    SETTING_UP = "setting up"
    STAFF = "staff"
    PLACE = "staff at the place"


@dataclass(frozen=True)
class Policy:
    """Whom a view admits, as `view.admits` says it and its decorator enforces it."""

    scope: Scope
    roles: tuple[Role, ...] = ()
    company_wide: bool = False
    writing: bool = False
    asking: bool = False
    sending: tuple[Role, ...] = ()

    def __str__(self) -> str:
        if self.scope not in (Scope.STAFF, Scope.PLACE):
            return self.scope.value
        marks = " company-wide" * self.company_wide
        marks += " writing" * self.writing + " asking" * self.asking
        sent = f"; sent by {', '.join(self.sending)}" if self.sending else ""
        return f"{self.scope}{marks}: {', '.join(self.roles) or 'any role'}{sent}"

    def is_reading(self, method: str | None) -> bool:
        """Whether an auditor may ask this; `method` as the request has it."""
        return self.asking or (method in SAFE_METHODS and not self.writing)

    def wanted(self, method: str | None) -> tuple[Role, ...]:
        """The roles of which one must be held; none: any."""
        return self.roles if method in SAFE_METHODS else self.sending or self.roles

    def admits(self, held: Role, method: str) -> bool:
        """Whether a view of the staff lets in who holds this role, wherever it is asked for."""
        return held in holders(*self.wanted(method), reading=self.is_reading(method))

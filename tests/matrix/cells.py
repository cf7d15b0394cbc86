"""Whether what the page of rights says is what requests were really answered with."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from backoffice.rights.matrix import Column, Reach, Row, row_of
from tests.matrix.addresses import Address

COLUMNS = {
    "anonymous": Column.VISITOR,
    "customer A": Column.CUSTOMER,
    "clerk Lyon": Column.CLERK,
    "manager Lyon": Column.MANAGER,
    "logistics": Column.LOGISTICS,
    "head office": Column.HEAD_OFFICE,
    "auditor": Column.AUDITOR,
    "admin": Column.ADMIN,
}


@dataclass(frozen=True)
class Answer:
    """What one request was answered with; `whose` is "shared" of what belongs to no place."""

    address: Address
    method: str
    whose: str
    is_in_the_path: bool  # the place: else what was asked for belongs to it
    did: str


def answer_of(address: Address, method: str, objects: dict[str, str], did: str) -> Answer:
    whose = objects.get("code") or next(iter(objects.values()), "shared")
    known = "never" if "never" in objects.values() else whose
    others = {one for name, one in objects.items() if name != "code"} - {whose, "shared"}
    return Answer(address, method, "other's" if others else known, "code" in objects, did)


def untrue_cells(actor: str, answers: Sequence[Answer]) -> Iterator[str]:
    """The cells of an actor's column that say something else than the answers do."""
    column = COLUMNS.get(actor)
    asked = {(answer.address, answer.method) for answer in answers}
    for address, method in sorted(asked, key=str) if column else ():
        given = [a for a in answers if (a.address, a.method) == (address, method)]
        row = row_of(address)
        cell = row.cells[column]
        reach = cell.reads if method == "GET" else cell.sends
        if not is_true(row, reach, given):
            admitted = sorted({a.whose for a in given if a.did == "admitted"})
            yield f"{method} {row.path}: {column} {reach} on the page, admitted to {admitted}"


def is_true(row: Row, reach: Reach, given: Iterable[Answer]) -> bool:
    given = [answer for answer in given if answer.whose not in ("never", "other's")]
    admitted = {answer.whose for answer in given if answer.did == "admitted"}
    of_places = any(answer.is_in_the_path for answer in given)
    if reach == Reach.NONE:
        return not admitted
    if reach == Reach.OWN:
        return "paris" not in admitted and (bool(admitted) or any_of(given, "lyon"))
    if not given or (row.note and reach == Reach.ALL):
        return True
    if reach == Reach.PLACES:
        elsewhere = {"paris", "central"} & admitted
        return not elsewhere and bool(admitted or row.note)
    return {"lyon", "paris"} <= admitted if of_places else bool(admitted)


def any_of(given: Iterable[Answer], whose: str) -> bool:
    return any(answer.whose == whose for answer in given)

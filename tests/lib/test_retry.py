"""Real conflicts in a real PostgreSQL, raised by the statements that raise them there."""

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from backoffice.lib.errors import Busy
from backoffice.lib.retry import TRIES, retrying

RAISE = "DO $$ BEGIN RAISE EXCEPTION 'in the way' USING ERRCODE = '{}'; END $$"


class Conflicting:
    """A transaction that meets a conflict the first `times` times."""

    def __init__(self, code: str, times: int) -> None:
        self.code, self.times, self.tries = code, times, 0

    @transaction.atomic
    def act(self) -> str:
        self.tries += 1
        if self.tries <= self.times:
            with connection.cursor() as cursor:
                cursor.execute(RAISE.format(self.code))
        return "done"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", ["40P01", "40001", "55P03"])
def test_a_conflict_is_tried_again(code: str) -> None:
    action = Conflicting(code, times=2)
    assert retrying(action.act)() == "done"
    assert action.tries == 3


@pytest.mark.django_db(transaction=True)
def test_after_five_tries_the_person_is_told_to_come_back() -> None:
    action = Conflicting("55P03", times=99)
    with pytest.raises(Busy):
        retrying(action.act)()
    assert action.tries == TRIES == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("code", "error"), [("23505", IntegrityError), ("57014", OperationalError)]
)
def test_other_errors_are_not_tried_again(code: str, error: type[Exception]) -> None:
    action = Conflicting(code, times=1)
    with pytest.raises(error):
        retrying(action.act)()
    assert action.tries == 1


@pytest.mark.django_db
def test_inside_a_transaction_nothing_is_tried_again() -> None:
    action = Conflicting("40P01", times=1)
    with pytest.raises(OperationalError), transaction.atomic():
        retrying(action.act)()
    assert action.tries == 1

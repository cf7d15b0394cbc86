"""Many guesses at the same moment: no more of them are looked at than one after the other."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from stores.actions.sign_in import FREE_FAILURES, begin_attempt
from stores.errors import TooManyAttempts
from stores.models import SignInAttempt

AT_ONCE = 16


@pytest.mark.django_db(transaction=True)
def test_of_many_guesses_at_once_five_are_looked_at() -> None:
    start = threading.Barrier(AT_ONCE)

    def guess(_number: int) -> bool:
        connection.ensure_connection()
        try:
            start.wait()
            begin_attempt("manager@comptoir.example", "198.51.100.7")
            return True
        except TooManyAttempts:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        looked_at = Counter(threads.map(guess, range(AT_ONCE)))
    assert looked_at == {True: FREE_FAILURES, False: AT_ONCE - FREE_FAILURES}
    assert SignInAttempt.objects.count() == FREE_FAILURES

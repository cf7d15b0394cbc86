"""The lock under which what stock levels are made of changes: SKUs, places, barcodes, policies."""

from django.db import connection

ONE_AT_A_TIME = 20_261  # key of the lock


def hold_new_levels() -> None:
    """Let no other transaction make SKUs, places, barcodes or policies until this one ends: each would
    miss the other's when both write the levels of what they see, or look whether a code is free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])

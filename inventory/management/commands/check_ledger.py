import time
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inventory.models import Sku, StockLevel
from inventory.queries.check import Drift, ledger_drift, ledger_is_guarded
from stores.models import Location

MOST_SHOWN = 20  # lines per location


class Command(BaseCommand):
    help = "Recompute every stock figure from the ledger; exit 1 unless the drift is 0."

    def handle(self, *args: Any, **options: Any) -> None:
        begin = time.monotonic()
        drift = ledger_drift()
        guarded = ledger_is_guarded()
        self._report(drift)
        levels = StockLevel.objects.count()
        seconds = time.monotonic() - begin
        if not guarded:
            self.stdout.write("The database doesn't guard the ledger: a trigger is missing.")
        self.stdout.write(f"Drift {len(drift)} in {levels} stock levels, {seconds:.1f} s.")
        if drift or not guarded:
            raise CommandError("The ledger and the stock levels differ.", returncode=1)

    def _report(self, drift: Sequence[Drift]) -> None:
        codes = dict(Location.objects.values_list("pk", "code"))
        skus = dict(Sku.objects.filter(pk__in={d.sku_id for d in drift}).values_list("pk", "code"))
        for place, of_place in groupby(drift, key=lambda one: one.location_id):
            lines = list(of_place)
            self.stdout.write(f"{codes.get(place, place)}: {len(lines)} figures differ")
            for one in lines[:MOST_SHOWN]:
                self.stdout.write(
                    f"  {skus.get(one.sku_id, one.sku_id)}: {one.what} says {one.says},"
                    f" its rows {one.rows_say} ({one.difference:+})"
                )
            if len(lines) > MOST_SHOWN:
                self.stdout.write(f"  and {len(lines) - MOST_SHOWN} more")

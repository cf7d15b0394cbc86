import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from inventory.actions.suggestions import refresh_all, refresh_moved


class Command(BaseCommand):
    help = "Refresh the suggestions of what moved, or of everything, and say what was done."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--full", action="store_true", help="every store and SKU")

    def handle(self, *args: Any, **options: Any) -> None:
        begin = time.monotonic()
        done = refresh_all() if options["full"] else refresh_moved()
        seconds = time.monotonic() - begin
        self.stdout.write(
            f"{done.pairs} stock levels looked at ({done.marks} marks):"
            f" {done.written} suggestions written, {done.removed} removed, {seconds:.1f} s."
        )

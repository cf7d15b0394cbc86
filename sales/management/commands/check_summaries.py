from typing import Any

from django.core.management.base import BaseCommand, CommandError

from sales.actions.summary import summary_differences


class Command(BaseCommand):
    help = "Compare the daily and monthly figures with the sales they add up; exit 1 unless they are equal."

    def handle(self, *args: Any, **options: Any) -> None:
        differences = summary_differences()
        for difference in differences:
            self.stdout.write(difference)
        if differences:
            raise CommandError(f"{len(differences)} figures differ from the sales.")
        self.stdout.write("The daily and monthly figures equal the sales.")

import random
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from tqdm import tqdm

from backoffice.demo.chain import PASSWORD, DemoChain, make_chain
from backoffice.demo.habits import Habits
from backoffice.demo.history import Pace, Past
from backoffice.demo.open_work import ask_for_goods, order_online
from backoffice.demo.scarce_week import FEWEST_STORES, ScarceWeek
from inventory.actions.alerts import review_all_alerts
from inventory.actions.digest import tell_alerts
from inventory.actions.suggestions import refresh_all
from sales.actions.summary import rebuild_summaries
from stores.models import Location


class Command(BaseCommand):
    help = "Fill an empty database with the demo chain: places, people, range, sales and open work."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same chain")
        parser.add_argument("--stores", type=int, default=5)
        parser.add_argument("--skus", type=int, default=120)
        parser.add_argument("--days", type=int, default=90, help="days of sales before today")
        parser.add_argument("--orders", type=int, default=120, help="online orders of that time")
        parser.add_argument("--tickets", type=int, default=28, help="per store on an average day")

    def handle(self, *args: Any, **options: Any) -> None:
        _refuse(options)
        rng = random.Random(options["seed"])  # noqa: S311
        pace = Pace(
            days=options["days"], tickets=options["tickets"], orders=max(0, options["orders"])
        )
        with transaction.atomic():
            chain = make_chain(stores=options["stores"], skus=options["skus"], rng=rng)
            _sell(chain, pace, rng, silent=not options["verbosity"])
            _leave_work(chain, rng)
        order_online(chain, rng)  # outside: the payment provider is called between transactions
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        self.stdout.write(
            f"The demo chain is there: {options['stores']} stores, {options['skus']} SKUs, "
            f"{options['days']} days of sales. Password of every account: {PASSWORD}"
        )


def _refuse(options: Mapping[str, Any]) -> None:
    if Location.objects.inner().exists():
        raise CommandError(
            "This database has stores already. `make reset` starts over with the demo chain."
        )
    for name in ("stores", "skus", "days", "tickets"):
        if options[name] < 1:
            raise CommandError(f"--{name} must be at least 1.")


def _sell(chain: DemoChain, pace: Pace, rng: random.Random, *, silent: bool) -> None:
    """What the stores sold until today."""
    days = pace.days + 1
    with tqdm(total=days, unit="day", desc="Demo chain", leave=False, disable=silent) as bar:
        Past(chain, pace, rng, bar.update).write()
    rebuild_summaries()
    review_all_alerts()


def _leave_work(chain: DemoChain, rng: random.Random) -> None:
    """What waits today: in a small chain a request, in others what a scarce week leaves."""
    if len(chain.stores) >= FEWEST_STORES:
        habits = Habits(chain)
        habits.state()
        ScarceWeek(chain, rng).live_through()
        habits.follow()
    else:
        ask_for_goods(chain, rng)
    refresh_all()
    tell_alerts()

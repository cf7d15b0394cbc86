"""What people of the demo chain stated once and take care of: policies, a rule, how they are told."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from backoffice.demo.chain import DemoChain, clerk_of, person
from backoffice.demo.scarce_week import SCARCE
from inventory.actions.alert_life import acknowledge_alerts, snooze_alerts
from inventory.actions.approval_rules import set_approval_rule
from inventory.actions.notifications import choose_notifications
from inventory.actions.policy import Scope, Stated, state_policies
from inventory.actions.restock_draft import add_to_draft
from inventory.actions.restock_templates import save_template
from inventory.actions.suggestions import refresh_all, snooze_suggestion
from inventory.models import Alert, Category, NotificationChoice, RestockRequest, Sku
from inventory.queries.suggestions import suggestions_for
from stores.models import Location

How, Subject = NotificationChoice.How, NotificationChoice.Subject


class Habits:
    """How the people of five stores or more work; Lyon is left as the first walk finds it."""

    def __init__(self, chain: DemoChain) -> None:
        self.chain = chain
        self.paris, self.lille, self.nantes = chain.stores[1:4]

    def state(self) -> None:
        """What holds before the week begins."""
        self.state_policies()
        self.state_a_rule()
        self.choose_how_to_be_told()

    def follow(self) -> None:
        """What people do at the end of the week."""
        self.keep_a_template()
        self.take_care_of_alerts()
        self.put_a_suggestion_off()
        self.begin_a_draft()

    def state_policies(self) -> None:
        """Of the company, of drinks (by their rate of sale), of coffee, of Lille and of drinks there;
        what stores themselves state of an article is narrower than each of these."""
        [drinks] = Category.objects.filter(slug="boissons")
        coffee = Sku.objects.get(product__name=SCARCE)
        stated: list[tuple[Scope, Stated]] = [
            (Scope(), {"lead_days": 2, "review_days": 7, "maximum": 0}),
            (Scope(category_id=drinks.pk), {"basis": "rate", "review_days": 5}),
            (Scope(sku_id=coffee.pk), {"review_days": 3}),
            (Scope(location_id=self.lille.pk), {"lead_days": 3}),
            (Scope(location_id=self.lille.pk, category_id=drinks.pk), {"review_days": 10}),
        ]
        for scope, values in stated:
            state_policies([scope], values, by=person("office"))

    def state_a_rule(self) -> None:
        """A rule of automatic approval that nobody switched on yet."""
        set_approval_rule(
            None, is_on=False, max_value=Decimal(250), min_cover_days=14, by=person("office")
        )

    def choose_how_to_be_told(self) -> None:
        """In Nantes the manager reads one mail a day, also when all is well; the clerk of Paris wants
        none about what runs low."""
        daily = {Subject.LOW: How.DIGEST, Subject.OUT: How.DIGEST, Subject.ALL_WELL: How.DIGEST}
        choose_notifications(daily, by=person("manager.nantes"))
        choose_notifications({Subject.LOW: How.NONE}, by=clerk_of(self.paris))

    def keep_a_template(self) -> None:
        """What Paris asks for every week."""
        asked = RestockRequest.objects.pending().filter(store=self.paris)[0]
        save_template(asked, name="Réassort du lundi", by=clerk_of(self.paris))

    def take_care_of_alerts(self) -> None:
        """In Nantes somebody took notice of the worst alert, and put the next one off."""
        alerts = Alert.objects.open().filter(location=self.nantes, sku__isnull=False)
        worst = list(alerts.order_by("-kind", "pk").values_list("pk", flat=True)[:2])
        clerk = clerk_of(self.nantes)
        acknowledge_alerts(worst[:1], by=clerk)
        snooze_alerts(worst[1:], until=self._in_days(self.nantes, 3), by=clerk)

    def put_a_suggestion_off(self) -> None:
        """Nantes doesn't want one of the suggestions before next week."""
        refresh_all()
        if suggested := suggestions_for(self.nantes).last():
            until = self._in_days(self.nantes, 5)
            clerk = clerk_of(self.nantes)
            snooze_suggestion(self.nantes, suggested.sku_id, until=until, by=clerk)

    def begin_a_draft(self) -> None:
        """Lille has begun to ask for more, and not sent it."""
        rows = suggestions_for(self.lille, self.chain.warehouse)[:2]
        suggested = {row.sku_id: row.units for row in rows}
        if suggested:
            add_to_draft(
                self.lille,
                self.chain.warehouse,
                suggested,
                suggested=suggested,
                by=clerk_of(self.lille),
            )

    def _in_days(self, place: Location, days: int) -> date:
        return place.local_day(timezone.now()) + timedelta(days=days)

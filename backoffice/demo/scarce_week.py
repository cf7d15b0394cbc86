"""What goes on in the demo chain: something is scarce, goods are on the road, people take care.

Everything is done by the same operations as in the shops; only moments are put back afterwards.
"""

import random
import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from backoffice.demo.chain import DOMAIN, DemoChain
from backoffice.demo.history import SCENE
from inventory.actions.adjustments import adjust_stock
from inventory.actions.alert_life import acknowledge_alerts, snooze_alerts
from inventory.actions.alert_sweep import sweep_alerts
from inventory.actions.arrival import Counted, receive_transfer
from inventory.actions.carry_out import carry_out_restock
from inventory.actions.policy import Scope, Stated, state_policies
from inventory.actions.restock import Less, approve_restock, ask_restock
from inventory.actions.restock_talk import comment_on_restock
from inventory.actions.restock_templates import save_template
from inventory.actions.suggestions import refresh_all, snooze_suggestion
from inventory.actions.transfer import draft_transfer, send_transfer
from inventory.models import (
    Alert,
    ApprovalRule,
    Category,
    RestockEvent,
    RestockLine,
    RestockRequest,
    StockAdjustment,
    StockLevel,
    Suggestion,
    Transfer,
    TransferEvent,
)
from stores.models import Location, User

FEWEST_STORES = 5
SCARCE = "Café Premium Bio"
SCARCE_LEFT = 4  # packs at the warehouse
SCARCE_WANTED = (5, 3, 4)  # packs that three stores ask for
AGES = (timedelta(days=3), timedelta(hours=29), timedelta(hours=5))
NOTES = ("Merci de livrer avant samedi.", "", "Animation en tête de gondole la semaine prochaine.")
Reason = RestockLine.Reason


class ScarceWeek:
    """The week of a chain: Lyon is left as the first walk finds it, the others have work."""

    def __init__(self, chain: DemoChain, rng: random.Random) -> None:
        self.chain, self.rng = chain, rng
        self.paris, self.lille, self.nantes, self.marseille = chain.stores[1:5]
        self.scarce = next((s for s in chain.skus if s.product.name == SCARCE), chain.skus[1])
        self.taken: set[int] = {chain.skus[SCENE.sku].pk, self.scarce.pk}

    def live_through(self) -> None:
        self.state_policies()
        Location.objects.filter(pk=self.lille.pk).update(receives_by_hand=True)
        self.lille.receives_by_hand = True
        self.finish_requests()
        self.send_transfers()
        self.bring_too_much()
        self.ask_for_what_is_scarce()
        self.keep_a_template()
        sweep_alerts()
        self.take_care_of_alerts()
        refresh_all()
        self.put_a_suggestion_off()

    def state_policies(self) -> None:
        """Drinks by their rate of sale, and a rule of automatic approval that nobody switched on."""
        drinks = Category.objects.filter(slug="boissons")
        by_rate: Stated = {"basis": "rate", "lead_days": 2, "review_days": 7}
        office = self._person("office")
        state_policies([Scope(category_id=category.pk) for category in drinks], by_rate, by=office)
        ApprovalRule.objects.create(max_value=Decimal(250), min_cover_days=14)

    def finish_requests(self) -> None:
        """One that logistics cut and that came at once, one that Lille counted in with a gap, and one
        that is on the road to Lille."""
        cut = self._ask(self.marseille, self._low(self.marseille, 3))
        if cut:
            first = cut.lines.order_by("pk")[0]
            less = {first.sku_id: Less(max(1, first.asked // 2), Reason.WHOLE_PACKS)}
            self._carry_out(cut, less)
            self._put_back(cut, timedelta(days=6))
        counted = self._ask(self.lille, self._low(self.lille, 3))
        if counted:
            self._carry_out(counted)
            self._count_in(counted.transfer)
            self._put_back(counted, timedelta(days=4))
        coming = self._ask(self.lille, self._low(self.lille, 3))
        if coming:
            self._carry_out(coming)
            self._put_back(coming, timedelta(hours=20))

    def send_transfers(self) -> None:
        """One that is late and half unpacked, one between two stores, and one that is only planned."""
        late = self._send(self.chain.warehouse, self.lille, self._low(self.lille, 2), "logistics")
        if late:
            first = late.lines.order_by("pk")[0]
            half = {first.sku_id: Counted(max(1, first.sent // 2))}
            receive_transfer(late.pk, key=self._key(), counted=half, by=self._clerk(self.lille))
            self._put_transfer_back(late, timedelta(days=5))
        spare = self._spare(self.paris, self.marseille)
        self._send(self.paris, self.marseille, spare, "manager.paris")
        planned = self._in_stock(self.nantes, 2)
        draft_transfer(
            self._key(),
            source=self.nantes,
            destination=self.chain.warehouse,
            wanted=planned,
            note="Fin de saison",
            by=self._person("manager.nantes"),
        )

    def bring_too_much(self) -> None:
        """A delivery to Paris that is more than it may have."""
        manager = self._person("manager.paris")
        [(sku_id, _units)] = self._in_stock(self.paris, 1).items()
        level = StockLevel.objects.get(location=self.paris, sku=sku_id)
        scope = Scope(location_id=self.paris.pk, sku_id=sku_id)
        most = max(level.on_hand, level.target) + 4
        state_policies([scope], {"maximum": most}, by=self._person("office"))
        self._adjust(self.paris, {sku_id: most - level.on_hand + 40}, "received", manager)

    def ask_for_what_is_scarce(self) -> None:
        """Three stores ask for more coffee than the warehouse has, each beside what runs low there."""
        self._leave(self.chain.warehouse, SCARCE_LEFT * self.scarce.pack_size)
        stores = (self.paris, self.lille, self.nantes)
        for store, packs, age, note in zip(stores, SCARCE_WANTED, AGES, NOTES, strict=True):
            wanted = self._low(store, 4) | {self.scarce.pk: packs * self.scarce.pack_size}
            request = self._ask(store, wanted, note)
            assert request
            self._put_back(request, age)
        oldest = RestockRequest.objects.pending().filter(store=self.paris)[0]
        for text, login in (
            ("Nous n’avons presque plus de café.", "clerk.paris"),
            ("Le fournisseur livre jeudi ; en partie dès demain ?", "logistics"),
        ):
            comment_on_restock(oldest.pk, key=self._key(), text=text, by=self._person(login))

    def keep_a_template(self) -> None:
        """What Paris asks for every week."""
        asked = RestockRequest.objects.pending().filter(store=self.paris)[0]
        save_template(asked, name="Réassort du lundi", by=self._clerk(self.paris))

    def take_care_of_alerts(self) -> None:
        """In Nantes somebody took notice of the worst alert, and put the next one off."""
        clerk = self._clerk(self.nantes)
        alerts = Alert.objects.open().filter(location=self.nantes, sku__isnull=False)
        worst = list(alerts.order_by("-kind", "pk").values_list("pk", flat=True)[:2])
        acknowledge_alerts(worst[:1], by=clerk)
        snooze_alerts(worst[1:], until=self._in_days(self.nantes, 3), by=clerk)

    def put_a_suggestion_off(self) -> None:
        """Nantes doesn't want one of the suggestions before next week."""
        suggested = Suggestion.objects.filter(location=self.nantes).order_by("pk").first()
        if suggested:
            until = self._in_days(self.nantes, 5)
            snooze_suggestion(
                self.nantes, suggested.sku_id, until=until, by=self._clerk(self.nantes)
            )

    def _ask(
        self, store: Location, wanted: Mapping[int, int], note: str = ""
    ) -> RestockRequest | None:
        if not wanted:
            return None
        return ask_restock(
            self._key(),
            store=store,
            warehouse=self.chain.warehouse,
            wanted=wanted,
            note=note,
            by=self._clerk(store),
        )

    def _carry_out(self, request: RestockRequest, less: Mapping[int, Less] | None = None) -> None:
        approve_restock(request.pk, by=self.chain.logistics, less=less or {})
        carry_out_restock(request.pk)
        request.refresh_from_db()

    def _count_in(self, transfer: Transfer) -> None:
        """All of it, but one unit that came broken."""
        lines = list(transfer.lines.order_by("pk"))
        counted = {line.sku_id: Counted(line.sent) for line in lines}
        broken = lines[0]
        counted[broken.sku_id] = Counted(broken.sent - 1, rejected=1, reason=Reason.OTHER)
        receive_transfer(transfer.pk, key=self._key(), counted=counted, by=self._clerk(self.lille))

    def _send(
        self, source: Location, destination: Location, wanted: Mapping[int, int], login: str
    ) -> Transfer | None:
        if not wanted:
            return None
        by = self._person(login)
        transfer = draft_transfer(
            self._key(), source=source, destination=destination, wanted=wanted, by=by
        )
        return send_transfer(transfer.pk, by=by)

    def _low(self, store: Location, count: int) -> dict[int, int]:
        """Some of the SKUs that run low at a store and of which the warehouse has enough, in whole
        packs up to the target; none of them twice in the week."""
        low = StockLevel.objects.at(store).low().exclude(sku__in=self.taken).order_by("sku_id")
        there = dict(
            StockLevel.objects.at(self.chain.warehouse).values_list(
                "sku_id", F("on_hand") - F("reserved")
            )
        )
        wanted: dict[int, int] = {}
        for level in low.select_related("sku"):
            pack = level.sku.pack_size
            units = max(1, -(-(level.target - level.available) // pack)) * pack
            if len(wanted) < count and units <= there.get(level.sku_id, 0):
                wanted[level.sku_id] = units
        self.taken |= wanted.keys()
        return wanted

    def _spare(self, source: Location, destination: Location) -> dict[int, int]:
        """A SKU that one store has plenty of and the other is short of."""
        short = StockLevel.objects.at(destination).low().exclude(sku__in=self.taken)
        plenty = StockLevel.objects.at(source).filter(
            sku__in=short.values("sku"), on_hand__gt=2 * F("reorder_point")
        )
        level = plenty.order_by("-on_hand", "sku_id").first()
        self.taken |= {level.sku_id} if level else set()
        return {level.sku_id: max(1, level.on_hand // 4)} if level else {}

    def _in_stock(self, place: Location, count: int) -> dict[int, int]:
        """Three units of each of the SKUs that a place has most of."""
        levels = StockLevel.objects.at(place).exclude(sku__in=self.taken).order_by("-on_hand", "pk")
        skus = list(levels.values_list("sku_id", flat=True)[:count])
        self.taken |= set(skus)
        return dict.fromkeys(skus, 3)

    def _leave(self, place: Location, units: int) -> None:
        """Put the scarce article right, so that a place has so many units available."""
        level = StockLevel.objects.get(location=place, sku=self.scarce)
        missing = units - level.available
        reason = "received" if missing > 0 else "damaged"
        if missing:
            self._adjust(place, {self.scarce.pk: abs(missing)}, reason, self.chain.logistics)

    def _adjust(self, place: Location, units: dict[int, int], reason: str, by: User) -> None:
        adjust_stock(
            place,
            units,
            key=self._key(),
            reason=StockAdjustment.Reason(reason),
            note="",
            by=by,
        )

    def _put_back(self, request: RestockRequest, age: timedelta) -> None:
        """Let a request, its history and its transfer be older."""
        moments = ("asked_at", "decided_at", "done_at")
        rows = RestockRequest.objects.filter(pk=request.pk)
        rows.update(**{name: F(name) - age for name in moments})
        RestockEvent.objects.filter(request=request).update(at=F("at") - age)
        for transfer in Transfer.objects.filter(request=request):
            self._put_transfer_back(transfer, age - timedelta(hours=6))

    def _put_transfer_back(self, transfer: Transfer, age: timedelta) -> None:
        moments = ("made_at", "sent_at", "due_at", "closed_at")
        rows = Transfer.objects.filter(pk=transfer.pk)
        rows.update(**{name: F(name) - age for name in moments})
        TransferEvent.objects.filter(transfer=transfer).update(at=F("at") - age)

    def _in_days(self, place: Location, days: int) -> date:
        return place.local_day(timezone.now()) + timedelta(days=days)

    def _clerk(self, store: Location) -> User:
        return self._person(f"clerk.{store.code}")

    def _person(self, login: str) -> User:
        return User.objects.get(email=f"{login}@{DOMAIN}")

    def _key(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

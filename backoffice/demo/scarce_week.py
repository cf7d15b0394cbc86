"""What goes on in the demo chain: something is scarce, goods are on the road, people take care.

Everything is done by the same operations as in the shops; only moments are put back afterwards.
"""

import random
from collections.abc import Mapping
from datetime import timedelta

from django.db.models import F

from backoffice.demo.chain import DemoChain, clerk_of, new_key, person
from backoffice.demo.history import SCENE
from backoffice.demo.older import put_request_back, put_transfer_back
from inventory.actions.adjustments import adjust_stock
from inventory.actions.alert_sweep import sweep_alerts
from inventory.actions.arrival import Counted, receive_transfer
from inventory.actions.bulk_approval import begin_bulk_approval, carry_out_bulk_approval
from inventory.actions.carry_out import carry_out_restock
from inventory.actions.policy import Scope, state_policies
from inventory.actions.restock import Less, approve_restock, ask_restock
from inventory.actions.restock_asking import ask_draft
from inventory.actions.restock_draft import add_to_draft
from inventory.actions.restock_talk import comment_on_restock
from inventory.actions.suggestions import refresh_all
from inventory.actions.transfer import draft_transfer, send_transfer
from inventory.models import (
    BulkApproval,
    RestockLine,
    RestockRequest,
    StockAdjustment,
    StockLevel,
    Transfer,
)
from inventory.queries.suggestions import suggestions_for
from stores.models import Location, User

FEWEST_STORES = 5
SCARCE = "Café Premium Bio"
SCARCE_LEFT = 7  # packs at the warehouse
SCARCE_WANTED = (5, 3, 4)  # packs that three stores ask for
DAYS_AGO, ON_THE_ROAD = timedelta(days=2), timedelta(hours=26)
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
        Location.objects.filter(pk=self.lille.pk).update(receives_by_hand=True)
        self.lille.receives_by_hand = True
        self.bring_too_much()
        self.finish_requests()
        self.approve_in_one_go()
        self.send_transfers()
        self.ask_for_what_is_scarce()
        refresh_all()
        self.ask_for_what_is_suggested()
        sweep_alerts()

    def finish_requests(self) -> None:
        """One that logistics cut and that came at once, one that Lille counted in with a gap, and one
        that is on the road to Lille."""
        cut = self._ask(self.marseille, self._low(self.marseille, 3))
        if cut:
            first = cut.lines.order_by("pk")[0]
            less = {first.sku_id: Less(max(1, first.asked // 2), Reason.WHOLE_PACKS)}
            self._carry_out(cut, less)
            put_request_back(cut, timedelta(days=6))
        counted = self._ask(self.lille, self._low(self.lille, 3))
        if counted:
            self._carry_out(counted)
            self._count_in(counted.transfer)
            put_request_back(counted, timedelta(days=4), way=ON_THE_ROAD)
        coming = self._ask(self.lille, self._low(self.lille, 3))
        if coming:
            self._carry_out(coming)
            put_request_back(coming, timedelta(hours=20))

    def approve_in_one_go(self) -> None:
        """Two requests that logistics approved together."""
        asked = [self._ask(store, self._low(store, 2)) for store in (self.nantes, self.marseille)]
        requests = [request for request in asked if request]
        shown = {request.pk: request.version for request in requests}
        if shown:
            by = self.chain.logistics
            bulk = begin_bulk_approval(new_key(self.rng), shown=shown, by=by)
            carry_out_bulk_approval(bulk.pk)
            BulkApproval.objects.update(at=F("at") - DAYS_AGO, done_at=F("done_at") - DAYS_AGO)
        for request in requests:
            carry_out_restock(request.pk)
            request.refresh_from_db()
            put_request_back(request, DAYS_AGO)

    def send_transfers(self) -> None:
        """One that is late and half unpacked, one between two stores, one that came back, and one that
        is only planned."""
        late = self._send(self.chain.warehouse, self.lille, self._low(self.lille, 2), "logistics")
        if late:
            first = late.lines.order_by("pk")[0]
            half = {first.sku_id: Counted(max(1, first.sent // 2))}
            receive_transfer(late.pk, key=new_key(self.rng), counted=half, by=clerk_of(self.lille))
            put_transfer_back(late, timedelta(days=4), way=ON_THE_ROAD)
        spare = self._spare(self.paris, self.marseille)
        self._send(self.paris, self.marseille, spare, "manager.paris")
        back = self._in_stock(self.marseille, 1)
        returned = self._send(self.marseille, self.chain.warehouse, back, "manager.marseille")
        if returned:
            put_transfer_back(returned, DAYS_AGO)
        planned = self._in_stock(self.nantes, 2)
        draft_transfer(
            new_key(self.rng),
            source=self.nantes,
            destination=self.chain.warehouse,
            wanted=planned,
            note="Fin de saison",
            by=person("manager.nantes"),
        )

    def bring_too_much(self) -> None:
        """A delivery to Paris that is more than it may have, of what Nantes is short of."""
        manager = person("manager.paris")
        spare = self._spare(self.paris, self.nantes) or self._in_stock(self.paris, 1)
        [(sku_id, _units)] = spare.items()
        level = StockLevel.objects.get(location=self.paris, sku=sku_id)
        scope = Scope(location_id=self.paris.pk, sku_id=sku_id)
        most = max(level.on_hand, level.target) + 4
        state_policies([scope], {"maximum": most}, by=person("office"))
        self._adjust(self.paris, {sku_id: most - level.on_hand + 40}, "received", manager)

    def ask_for_what_is_scarce(self) -> None:
        """Three stores ask for more coffee than the warehouse has, each beside what runs low there."""
        self._leave(self.chain.warehouse, SCARCE_LEFT * self.scarce.pack_size)
        stores = (self.paris, self.lille, self.nantes)
        for store, packs, age, note in zip(stores, SCARCE_WANTED, AGES, NOTES, strict=True):
            wanted = self._low(store, 4) | {self.scarce.pk: packs * self.scarce.pack_size}
            request = self._ask(store, wanted, note)
            assert request
            put_request_back(request, age)
        oldest = RestockRequest.objects.pending().filter(store=self.paris)[0]
        for text, login in (
            ("Nous n’avons presque plus de café.", "clerk.paris"),
            ("Le fournisseur livre jeudi ; en partie dès demain ?", "logistics"),
        ):
            comment_on_restock(oldest.pk, key=new_key(self.rng), text=text, by=person(login))

    def ask_for_what_is_suggested(self) -> None:
        """Marseille asks for what Comptoir suggests, as it is: nothing of it is scarce."""
        warehouse = self.chain.warehouse
        there = dict(StockLevel.objects.at(warehouse).values_list("sku_id", "on_hand"))
        waiting = RestockLine.objects.filter(request__in=RestockRequest.objects.pending())
        suggested = {
            row.sku_id: row.units
            for row in suggestions_for(self.marseille, warehouse).exclude(
                sku__in=waiting.values("sku")
            )
            if row.units <= there.get(row.sku_id, 0)
        }
        wanted = dict(sorted(suggested.items())[:3])
        if wanted:
            clerk = clerk_of(self.marseille)
            draft = add_to_draft(
                self.marseille, warehouse, wanted, suggested=wanted, by=clerk
            ).draft
            asked = ask_draft(draft.key, store=self.marseille, by=clerk).request
            put_request_back(asked, timedelta(hours=2))

    def _ask(
        self, store: Location, wanted: Mapping[int, int], note: str = ""
    ) -> RestockRequest | None:
        if not wanted:
            return None
        return ask_restock(
            new_key(self.rng),
            store=store,
            warehouse=self.chain.warehouse,
            wanted=wanted,
            note=note,
            by=clerk_of(store),
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
        receive_transfer(
            transfer.pk, key=new_key(self.rng), counted=counted, by=clerk_of(self.lille)
        )

    def _send(
        self, source: Location, destination: Location, wanted: Mapping[int, int], login: str
    ) -> Transfer | None:
        if not wanted:
            return None
        by = person(login)
        transfer = draft_transfer(
            new_key(self.rng), source=source, destination=destination, wanted=wanted, by=by
        )
        return send_transfer(transfer.pk, by=by)

    def _low(self, store: Location, count: int) -> dict[int, int]:
        """Some of the SKUs that run low at a store, that nobody asks for and of which the warehouse has
        enough, in whole packs up to the target."""
        open_ones = RestockRequest.objects.exclude(state=RestockRequest.State.DONE)
        asked = RestockLine.objects.filter(request__in=open_ones).values("sku")
        low = StockLevel.objects.at(store).low().exclude(sku__in=asked).order_by("sku_id")
        low = low.exclude(sku__in=self.taken)
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
            key=new_key(self.rng),
            reason=StockAdjustment.Reason(reason),
            note="",
            by=by,
        )

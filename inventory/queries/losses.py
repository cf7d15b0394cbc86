"""What went without being sold: adjustments by hand, and what transfers lost."""

from collections.abc import Sequence
from datetime import date

from backoffice.lib.grouped import Grouped, Key, grouped
from inventory.queries.report_keys import (
    ARTICLE,
    CATEGORY,
    CHOSEN,
    PERIOD,
    STORE,
    SURELY_AFTER,
    SURELY_BEFORE,
    Chosen,
    days_given,
    days_of,
    told,
)

KEYS = {
    "store": STORE,
    "reason": Key("loss.reason", {"reason": "loss.reason"}),
    "person": Key(
        "loss.by_id",
        {
            "person": "coalesce(nullif(person.name, ''), person.email, '')",
            "person_id": "loss.by_id",
            "person_email": "person.email",
        },
    ),
    "category": CATEGORY,
    "article": ARTICLE,
    **days_of("loss.day"),
}
# Goods that a transfer lost are missed where they should have arrived.
LOSSES = f"""
WITH loss AS MATERIALIZED (
    SELECT adjustment.location_id, line.sku_id, adjustment.reason::text, adjustment.by_id,
           {told("adjustment.at")} AS day,
           CASE adjustment.reason WHEN 'found' THEN 0 ELSE line.quantity END AS lost,
           CASE adjustment.reason WHEN 'found' THEN line.quantity ELSE 0 END AS found
    FROM inventory_stockadjustment adjustment
    JOIN stores_location place ON place.id = adjustment.location_id
    {PERIOD}
    JOIN inventory_stockadjustmentline line ON line.adjustment_id = adjustment.id
    WHERE adjustment.location_id = ANY(%(places)s)
    AND adjustment.reason IN ('lost', 'damaged', 'found')
    AND adjustment.at > {SURELY_AFTER} AND adjustment.at < {SURELY_BEFORE}
    AND adjustment.at >= period.since AND adjustment.at < period.until
    UNION ALL
    SELECT transfer.destination_id, line.sku_id, fate.name || '_' || counted.reason,
           receipt.by_id, {told("receipt.at")}, fate.units, 0
    FROM inventory_transferreceiptline counted
    JOIN inventory_transferreceipt receipt ON receipt.id = counted.receipt_id
    JOIN inventory_transferline line ON line.id = counted.line_id
    JOIN inventory_transfer transfer ON transfer.id = receipt.transfer_id
    JOIN stores_location place ON place.id = transfer.destination_id
    {PERIOD}
    CROSS JOIN LATERAL (VALUES
        ('rejected', counted.rejected), ('written_off', counted.written_off)
    ) AS fate (name, units)
    WHERE (counted.rejected > 0 OR counted.written_off > 0) AND fate.units > 0
    AND transfer.destination_id = ANY(%(places)s)
    AND receipt.at > {SURELY_AFTER} AND receipt.at < {SURELY_BEFORE}
    AND receipt.at >= period.since AND receipt.at < period.until
)
{{select}}
FROM loss
JOIN stores_location place ON place.id = loss.location_id
LEFT JOIN stores_user person ON person.id = loss.by_id
JOIN inventory_sku sku ON sku.id = loss.sku_id
JOIN inventory_product product ON product.id = sku.product_id
JOIN inventory_category category ON category.id = product.category_id
WHERE TRUE {CHOSEN}
"""  # noqa: S608 - of constants alone
FIGURES = {
    "lost": "coalesce(sum(loss.lost), 0)",
    "lost_cost": "coalesce(sum(loss.lost * sku.cost), 0.00)",
    "found": "coalesce(sum(loss.found), 0)",
    "found_cost": "coalesce(sum(loss.found * sku.cost), 0.00)",
    "cost": "coalesce(sum((loss.lost - loss.found) * sku.cost), 0.00)",
}


def losses(
    chosen: Chosen,
    first: date,
    last: date,
    *,
    by: Sequence[str] = (),
    told_from: date | None = None,
) -> Grouped:
    """What these places lost on these days (their own), largest first: the figures of `FIGURES`, at
    today's cost. The reason is that of an adjustment, or `rejected_…` and `written_off_…` with the
    reason that a receipt gave."""
    given = chosen.given | days_given(first, last, by, told_from)
    keys = [KEYS[name] for name in by]
    return grouped(LOSSES, list(FIGURES.values()), by=keys, order="{4} DESC", given=given)

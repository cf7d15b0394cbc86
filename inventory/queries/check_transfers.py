"""What goods on the road must add up to: sent = received + rejected + came back + written off + in
transit, in the columns, the receipts, the movements, the levels and the requests alike."""

INCOMING = """
WITH on_the_road AS (
    SELECT transfer.destination_id, line.sku_id,
           sum(line.sent - line.received - line.rejected - line.came_back
               - line.written_off)::bigint AS units
    FROM inventory_transferline line
    JOIN inventory_transfer transfer ON transfer.id = line.transfer_id
    WHERE transfer.state IN ('in_transit', 'partly')
    GROUP BY transfer.destination_id, line.sku_id
)
SELECT coalesce(level.location_id, road.destination_id), coalesce(level.sku_id, road.sku_id),
       coalesce(level.incoming, 0), coalesce(road.units, 0)
FROM (SELECT * FROM inventory_stocklevel WHERE incoming <> 0) level
FULL JOIN on_the_road road
    ON road.destination_id = level.location_id AND road.sku_id = level.sku_id
WHERE coalesce(level.incoming, 0) <> coalesce(road.units, 0)
"""
# More than was sent has arrived, or something is in transit of what is a draft, closed or cancelled.
IN_TRANSIT = """
SELECT transfer.destination_id, line.sku_id,
       line.sent - line.received - line.rejected - line.came_back - line.written_off, 0
FROM inventory_transferline line
JOIN inventory_transfer transfer ON transfer.id = line.transfer_id
WHERE CASE WHEN transfer.state IN ('in_transit', 'partly')
    THEN line.sent < line.received + line.rejected + line.came_back + line.written_off
    ELSE line.sent <> line.received + line.rejected + line.came_back + line.written_off END
"""
MOVED = """
WITH moved AS (
    SELECT transfer.id, transfer.destination_id, movement.sku_id, movement.quantity,
           CASE WHEN movement.document = 'transfer'
               THEN movement.source_id = transfer.source_id
                   AND (goal.kind = 'transit' OR goal.id = transfer.destination_id)
               ELSE origin.kind = 'transit' AND (goal.kind = 'lost'
                   OR goal.id IN (transfer.source_id, transfer.destination_id))
           END IS TRUE AS as_it_should,
           movement.document = 'transfer' AS sent,
           goal.id = transfer.destination_id AS received,
           movement.document = 'receipt' AND goal.id = transfer.source_id AS came_back,
           goal.kind = 'lost' AS lost
    FROM inventory_stockmovement movement
    JOIN stores_location origin ON origin.id = movement.source_id
    JOIN stores_location goal ON goal.id = movement.destination_id
    LEFT JOIN inventory_transferreceipt receipt
        ON movement.document = 'receipt' AND receipt.id = movement.document_id
    LEFT JOIN inventory_transfer transfer ON transfer.id =
        CASE movement.document WHEN 'transfer' THEN movement.document_id ELSE receipt.transfer_id END
    WHERE movement.document IN ('transfer', 'receipt')
), sums AS (
    SELECT id, sku_id, figure.name, sum(quantity)::bigint AS units
    FROM moved CROSS JOIN LATERAL (VALUES
        ('sent', sent AND as_it_should), ('received', received AND as_it_should),
        ('came back', came_back AND as_it_should), ('lost', lost AND as_it_should),
        ('astray', NOT as_it_should)
    ) AS figure (name, counts)
    WHERE figure.counts GROUP BY id, sku_id, figure.name
), said AS (
    SELECT line.transfer_id AS id, line.sku_id, figure.name, figure.units
    FROM inventory_transferline line CROSS JOIN LATERAL (VALUES
        ('sent', line.sent), ('received', line.received), ('came back', line.came_back),
        ('lost', line.rejected + line.written_off)
    ) AS figure (name, units) WHERE figure.units <> 0
)
SELECT coalesce(transfer.destination_id, 0), coalesce(said.sku_id, sums.sku_id),
       coalesce(said.units, 0), coalesce(sums.units, 0)
FROM said
FULL JOIN sums ON sums.id = said.id AND sums.sku_id = said.sku_id AND sums.name = said.name
LEFT JOIN inventory_transfer transfer ON transfer.id = coalesce(said.id, sums.id)
WHERE coalesce(said.units, 0) <> coalesce(sums.units, 0)
"""
# A place that receives automatically has no receipts: what moved there directly counts as received.
COUNTED = """
WITH counted AS (
    SELECT line.id, figure.name, sum(figure.units)::bigint AS units
    FROM inventory_transferreceiptline row
    JOIN inventory_transferreceipt receipt ON receipt.id = row.receipt_id
    JOIN inventory_transferline line
        ON line.id = row.line_id AND line.transfer_id = receipt.transfer_id
    CROSS JOIN LATERAL (VALUES
        ('received', row.received), ('rejected', row.rejected),
        ('came back', row.came_back), ('written off', row.written_off)
    ) AS figure (name, units)
    GROUP BY line.id, figure.name
), directly AS (
    SELECT line.id, movement.quantity AS units
    FROM inventory_stockmovement movement
    JOIN inventory_transfer transfer ON transfer.id = movement.document_id
        AND transfer.destination_id = movement.destination_id
    JOIN inventory_transferline line
        ON line.transfer_id = transfer.id AND line.sku_id = movement.sku_id
    WHERE movement.document = 'transfer'
)
SELECT transfer.destination_id, line.sku_id, figure.units,
       coalesce(counted.units, 0) + figure.came_directly
FROM inventory_transferline line
JOIN inventory_transfer transfer ON transfer.id = line.transfer_id
LEFT JOIN directly ON directly.id = line.id
CROSS JOIN LATERAL (VALUES
    ('received', line.received, coalesce(directly.units, 0)), ('rejected', line.rejected, 0),
    ('came back', line.came_back, 0), ('written off', line.written_off, 0)
) AS figure (name, units, came_directly)
LEFT JOIN counted ON counted.id = line.id AND counted.name = figure.name
WHERE figure.units <> coalesce(counted.units, 0) + figure.came_directly
"""
REQUESTED = """
SELECT request.store_id, line.sku_id, figure.says, figure.units
FROM inventory_restockrequest request
JOIN inventory_restockline line ON line.request_id = request.id
LEFT JOIN inventory_transfer transfer ON transfer.request_id = request.id
LEFT JOIN inventory_transferline sent_line ON sent_line.request_line_id = line.id
    AND sent_line.transfer_id = transfer.id AND sent_line.sku_id = line.sku_id
CROSS JOIN LATERAL (VALUES
    (coalesce(line.sent, 0), coalesce(sent_line.sent, 0)),
    (coalesce(line.received, 0), coalesce(sent_line.received, 0))
) AS figure (says, units)
WHERE (transfer.id IS NOT NULL OR request.state = 'sent') AND figure.says <> figure.units
"""
TRANSFER_CHECKS = {
    "incoming (I7)": INCOMING,
    "in transit (I8)": IN_TRANSIT,
    "moved by transfers (I8)": MOVED,
    "counted on arrival (I8)": COUNTED,
    "carried out by a transfer (I9)": REQUESTED,
}

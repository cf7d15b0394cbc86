from inventory.models.alert import Alert
from inventory.models.catalogue import (
    Barcode,
    CatalogueChange,
    Category,
    Product,
    Sku,
    TaxRate,
)
from inventory.models.restock import RestockEvent, RestockLine, RestockRequest
from inventory.models.stock import (
    Cause,
    Document,
    Reservation,
    StockAdjustment,
    StockAdjustmentLine,
    StockLevel,
    StockMovement,
)

__all__ = [
    "Alert",
    "Barcode",
    "CatalogueChange",
    "Category",
    "Cause",
    "Document",
    "Product",
    "Reservation",
    "RestockEvent",
    "RestockLine",
    "RestockRequest",
    "Sku",
    "StockAdjustment",
    "StockAdjustmentLine",
    "StockLevel",
    "StockMovement",
    "TaxRate",
]

from inventory.models.alert import Alert
from inventory.models.alert_mail import AlertDigest, AlertRun, NotificationChoice
from inventory.models.catalogue import Barcode, CatalogueChange, Category, Product, Sku, TaxRate
from inventory.models.count import TransferCount, TransferCountLine, TransferCountStep
from inventory.models.decision import BulkApproval, BulkApprovalItem, DecisionLink
from inventory.models.policy import (
    ApprovalRule,
    Demand,
    MovedLevel,
    PolicyChange,
    RefreshRun,
    StockPolicy,
    Suggestion,
)
from inventory.models.restock import RestockEvent, RestockLine, RestockRequest
from inventory.models.restock_template import RestockTemplate, RestockTemplateLine
from inventory.models.share import LineShare, RuleChange
from inventory.models.stock import (
    Cause,
    Document,
    Reservation,
    StockAdjustment,
    StockAdjustmentLine,
    StockLevel,
    StockMovement,
)
from inventory.models.transfer import (
    Transfer,
    TransferEvent,
    TransferLine,
    TransferReceipt,
    TransferReceiptLine,
)

__all__ = [
    "Alert",
    "AlertDigest",
    "AlertRun",
    "ApprovalRule",
    "Barcode",
    "BulkApproval",
    "BulkApprovalItem",
    "CatalogueChange",
    "Category",
    "Cause",
    "DecisionLink",
    "Demand",
    "Document",
    "LineShare",
    "MovedLevel",
    "NotificationChoice",
    "PolicyChange",
    "Product",
    "RefreshRun",
    "Reservation",
    "RestockEvent",
    "RestockLine",
    "RestockRequest",
    "RestockTemplate",
    "RestockTemplateLine",
    "RuleChange",
    "Sku",
    "StockAdjustment",
    "StockAdjustmentLine",
    "StockLevel",
    "StockMovement",
    "StockPolicy",
    "Suggestion",
    "TaxRate",
    "Transfer",
    "TransferCount",
    "TransferCountLine",
    "TransferCountStep",
    "TransferEvent",
    "TransferLine",
    "TransferReceipt",
    "TransferReceiptLine",
]

from sales.models.sale import ReceiptSeries, Sale, SaleLine, Tender
from sales.models.summary import DailySales, DailySkuSales, MonthlySkuSales

__all__ = [
    "DailySales",
    "DailySkuSales",
    "MonthlySkuSales",
    "ReceiptSeries",
    "Sale",
    "SaleLine",
    "Tender",
]

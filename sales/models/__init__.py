from sales.models.sale import ReceiptSeries, Sale, SaleLine, Tender
from sales.models.summary import (
    DailyClerkSales,
    DailyHourSales,
    DailySales,
    DailySkuSales,
    MonthlyClerkSales,
    MonthlyHourSales,
    MonthlySales,
    MonthlySkuSales,
)

__all__ = [
    "DailyClerkSales",
    "DailyHourSales",
    "DailySales",
    "DailySkuSales",
    "MonthlyClerkSales",
    "MonthlyHourSales",
    "MonthlySales",
    "MonthlySkuSales",
    "ReceiptSeries",
    "Sale",
    "SaleLine",
    "Tender",
]

from sales.models.sale import ReceiptSeries, Sale, SaleLine, Tender
from sales.models.summary import (
    ChainMonth,
    ChainSkuSales,
    DailyCategorySales,
    DailyClerkSales,
    DailyHourSales,
    DailySales,
    DailySkuSales,
    MonthlyCategorySales,
    MonthlyClerkSales,
    MonthlyHourSales,
    MonthlySales,
    MonthlySkuSales,
)

__all__ = [
    "ChainMonth",
    "ChainSkuSales",
    "DailyCategorySales",
    "DailyClerkSales",
    "DailyHourSales",
    "DailySales",
    "DailySkuSales",
    "MonthlyCategorySales",
    "MonthlyClerkSales",
    "MonthlyHourSales",
    "MonthlySales",
    "MonthlySkuSales",
    "ReceiptSeries",
    "Sale",
    "SaleLine",
    "Tender",
]

"""All reports. Who adds one writes a module with a `DEFINITION` and adds it here."""

from backoffice.reports import (
    consolidated,
    dead_stock,
    losses,
    margin,
    orders,
    restock_service,
    sales,
    stock,
    stock_outs,
)
from backoffice.reports.definition import Definition

ALL: tuple[Definition, ...] = (
    consolidated.DEFINITION,
    sales.DEFINITION,
    margin.DEFINITION,
    stock.DEFINITION,
    dead_stock.DEFINITION,
    stock_outs.DEFINITION,
    losses.DEFINITION,
    restock_service.DEFINITION,
    orders.DEFINITION,
)
REPORTS = {definition.name: definition for definition in ALL}

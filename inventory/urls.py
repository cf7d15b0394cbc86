from django.urls import path

from inventory.views import (
    adjustments,
    alerts,
    catalogue,
    places,
    restock,
    stock,
    store_restock,
    transfers,
)

app_name = "inventory"
urlpatterns = [
    path("head-office/stores/new/", places.location_new, name="location_new"),
    path("head-office/alerts/", alerts.alert_list, name="alert_list"),
    path("stores/<slug:code>/alerts/", alerts.store_alerts, name="store_alerts"),
    path("head-office/restock/", restock.restock_list, name="restock_list"),
    path("head-office/restock/<int:pk>/", restock.restock_detail, name="restock_detail"),
    path("stores/<slug:code>/restock/", store_restock.store_restock, name="store_restock"),
    path("stores/<slug:code>/restock/new/", store_restock.restock_new, name="restock_new"),
    path(
        "stores/<slug:code>/restock/<int:pk>/",
        store_restock.store_restock_detail,
        name="store_restock_detail",
    ),
    path("head-office/transfers/", transfers.transfer_list, name="transfer_list"),
    path("head-office/transfers/<int:pk>/", transfers.transfer_detail, name="transfer_detail"),
    path("stores/<slug:code>/transfers/", transfers.store_transfers, name="store_transfers"),
    path("stores/<slug:code>/transfers/<int:pk>/", transfers.store_transfer, name="store_transfer"),
    path("head-office/products/", catalogue.product_list, name="product_list"),
    path("head-office/products/new/", catalogue.product_new, name="product_new"),
    path("head-office/products/<int:pk>/", catalogue.product_detail, name="product_detail"),
    path("head-office/products/<int:pk>/edit/", catalogue.product_edit, name="product_edit"),
    path("head-office/products/<int:pk>/name/", catalogue.product_name, name="product_name"),
    path(
        "head-office/products/<int:pk>/description/",
        catalogue.product_description,
        name="product_description",
    ),
    path("head-office/products/<int:pk>/skus/new/", catalogue.sku_new, name="sku_new"),
    path("head-office/skus/<int:pk>/", catalogue.sku_edit, name="sku_edit"),
    path("head-office/skus/<int:pk>/price/", catalogue.sku_price, name="sku_price"),
    path("head-office/skus/<int:pk>/barcodes/new/", catalogue.barcode_new, name="barcode_new"),
    path("head-office/barcodes/<int:pk>/remove/", catalogue.barcode_remove, name="barcode_remove"),
    path("head-office/categories/", catalogue.category_list, name="category_list"),
    path("head-office/categories/new/", catalogue.category_new, name="category_new"),
    path("head-office/categories/<int:pk>/", catalogue.category_edit, name="category_edit"),
    path("head-office/stock/", stock.stock_overview, name="stock_overview"),
    path(
        "head-office/stock/<int:sku_id>/<slug:code>/",
        stock.office_movements,
        name="office_movements",
    ),
    path("head-office/movements/", stock.movement_list, name="movement_list"),
    path("stores/<slug:code>/stock/", stock.store_stock, name="store_stock"),
    path("stores/<slug:code>/stock/adjust/", adjustments.adjustment_new, name="adjustment_new"),
    path(
        "stores/<slug:code>/stock/adjustments/<int:pk>/",
        adjustments.adjustment_detail,
        name="adjustment_detail",
    ),
    path(
        "stores/<slug:code>/stock/<int:sku_id>/movements/",
        stock.stock_movements,
        name="stock_movements",
    ),
    path(
        "stores/<slug:code>/stock/<int:sku_id>/thresholds/",
        stock.stock_thresholds,
        name="stock_thresholds",
    ),
]

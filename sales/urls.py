from django.urls import path

from sales.views import sale, till

app_name = "sales"
urlpatterns = [
    path("stores/<slug:code>/sell/", till.sell, name="sell"),
    path("stores/<slug:code>/sales/", sale.store_sales, name="store_sales"),
    path("stores/<slug:code>/sales/<int:pk>/receipt/", sale.receipt, name="receipt"),
    path("head-office/sales/", sale.sale_list, name="sale_list"),
]

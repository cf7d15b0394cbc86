from django.urls import path

from shop.views import account, cart, checkout, staff, storefront

app_name = "shop"
urlpatterns = [
    path("", storefront.home, name="home"),
    path("category/<slug:slug>/", storefront.category, name="category"),
    path("search/", storefront.search, name="search"),
    path("product/<slug:slug>/", storefront.product, name="product"),
    path("cart/", cart.cart_detail, name="cart"),
    path("cart/add/", cart.cart_add, name="cart_add"),
    path("cart/lines/<int:sku_id>/", cart.cart_line, name="cart_line"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("account/", account.account, name="account"),
    path("account/addresses/new/", account.address_new, name="address_new"),
    path("account/addresses/<int:pk>/", account.address_edit, name="address_edit"),
    path("account/addresses/<int:pk>/remove/", account.address_remove, name="address_remove"),
    path("orders/", account.order_list, name="orders"),
    path("orders/<str:number>/", account.order_detail, name="order_detail"),
    path("orders/<str:number>/pay/", checkout.order_pay, name="order_pay"),
    path("orders/<str:number>/cancel/", account.order_cancel, name="order_cancel"),
    path("orders/<str:number>/again/", account.order_again, name="order_again"),
    path("stores/<slug:code>/orders/", staff.store_orders, name="store_orders"),
    path("stores/<slug:code>/orders/<str:number>/", staff.store_order, name="store_order"),
    path("head-office/orders/", staff.order_list, name="order_list"),
]

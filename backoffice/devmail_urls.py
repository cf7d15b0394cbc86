"""Addresses of the mailbox that a developer's machine shows."""

from django.urls import path

from backoffice.views import devmail

app_name = "devmail"
urlpatterns = [
    path("", devmail.devmail_list, name="list"),
    path("<str:key>/", devmail.devmail_detail, name="detail"),
    path("<str:key>/html/", devmail.devmail_html, name="html"),
    path("<str:key>/files/<int:number>/", devmail.devmail_attachment, name="attachment"),
]

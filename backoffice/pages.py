"""Addresses of head office's own pages, of the first page of each place, and of reports."""

from django.urls import path

from backoffice.views import company, mail, overview, reports, search

app_name = "backoffice"
urlpatterns = [
    path("head-office/", overview.dashboard, name="dashboard"),
    path("stores/<slug:code>/", overview.store_home, name="store_home"),
    path("head-office/search/", search.office_search, name="search"),
    path("stores/<slug:code>/search/", search.store_search, name="store_search"),
    path("head-office/settings/", company.settings_page, name="settings"),
    path("head-office/settings/<slug:section>/", company.settings_save, name="settings_save"),
    path("head-office/mail/", mail.mail_list, name="mail_list"),
    path("head-office/mail/trial/", mail.mail_trial, name="mail_trial"),
    path("head-office/mail/<int:pk>/", mail.mail_detail, name="mail_detail"),
    path("head-office/mail/<int:pk>/again/", mail.mail_again, name="mail_again"),
    path("head-office/reports/consolidated/", reports.consolidated, name="consolidated"),
    path(
        "head-office/reports/consolidated/send/",
        reports.consolidated_send,
        name="consolidated_send",
    ),
    path(
        "head-office/reports/consolidated/files/<slug:wanted>/",
        reports.consolidated_file,
        name="consolidated_file",
    ),
    path("stores/<slug:code>/report/", reports.store_report, name="store_report"),
    path("stores/<slug:code>/report/send/", reports.store_report_send, name="store_report_send"),
    path(
        "stores/<slug:code>/report/files/<slug:wanted>/",
        reports.store_report_file,
        name="store_report_file",
    ),
    path("reports/", reports.snapshot_list, name="snapshot_list"),
    path("reports/<int:pk>/", reports.snapshot_detail, name="snapshot_detail"),
    path("reports/<int:pk>/files/<slug:wanted>/", reports.snapshot_file, name="snapshot_file"),
]

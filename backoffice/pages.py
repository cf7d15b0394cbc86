"""Addresses of head office's own pages, of the first page of each place, and of reports."""

from django.urls import path

from backoffice.views import (
    audit,
    company,
    mail,
    overview,
    place_openings,
    reports,
    rights,
    schedule_form,
    schedule_preview,
    schedules,
    search,
    snapshots,
)

app_name = "backoffice"
urlpatterns = [
    path("head-office/", overview.dashboard, name="dashboard"),
    path("stores/<slug:code>/", overview.store_home, name="store_home"),
    path("stores/<slug:code>/days/<slug:day>/", overview.store_day, name="store_day"),
    path("head-office/search/", search.office_search, name="search"),
    path("stores/<slug:code>/search/", search.store_search, name="store_search"),
    path("head-office/audit/", audit.audit_list, name="audit_list"),
    path("head-office/rights/", rights.rights, name="rights"),
    path("head-office/settings/", company.settings_page, name="settings"),
    path("head-office/settings/<slug:section>/", company.settings_save, name="settings_save"),
    path(
        "head-office/stores/<int:pk>/opening/",
        place_openings.place_openings,
        name="place_openings",
    ),
    path(
        "head-office/stores/<int:pk>/opening/close/",
        place_openings.place_close,
        name="place_close",
    ),
    path(
        "head-office/stores/<int:pk>/opening/open/",
        place_openings.place_open,
        name="place_open",
    ),
    path(
        "head-office/stores/<int:pk>/opening/<slug:step>/",
        place_openings.place_step,
        name="place_step",
    ),
    path("head-office/mail/", mail.mail_list, name="mail_list"),
    path("head-office/mail/trial/", mail.mail_trial, name="mail_trial"),
    path("head-office/mail/<int:pk>/", mail.mail_detail, name="mail_detail"),
    path("head-office/mail/<int:pk>/again/", mail.mail_again, name="mail_again"),
    path("head-office/reports/", reports.report_list, name="report_list"),
    path("head-office/reports/<slug:name>/", reports.report, name="report"),
    path("stores/<slug:code>/report/", reports.old_store_report, name="old_store_report"),
    path("stores/<slug:code>/reports/", reports.store_reports, name="store_reports"),
    path("stores/<slug:code>/reports/<slug:name>/", reports.store_report, name="store_report"),
    path("reports/schedules/", schedules.schedule_list, name="schedule_list"),
    path("reports/schedules/new/", schedule_form.schedule_new, name="schedule_new"),
    path("reports/schedules/<int:pk>/", schedules.schedule_detail, name="schedule_detail"),
    path("reports/schedules/<int:pk>/edit/", schedule_form.schedule_edit, name="schedule_edit"),
    path("reports/schedules/<int:pk>/state/", schedules.schedule_change, name="schedule_change"),
    path("reports/schedules/<int:pk>/delete/", schedules.schedule_delete, name="schedule_delete"),
    path("reports/schedules/<int:pk>/send/", schedules.schedule_send, name="schedule_send"),
    path("reports/schedules/<int:pk>/mine/", schedules.schedule_mine, name="schedule_mine"),
    path(
        "reports/schedules/<int:pk>/preview/",
        schedule_preview.schedule_preview,
        name="schedule_preview",
    ),
    path(
        "reports/schedules/<int:pk>/preview/mail/",
        schedule_preview.schedule_preview_mail,
        name="schedule_preview_mail",
    ),
    path("reports/", snapshots.snapshot_list, name="snapshot_list"),
    path("reports/<int:pk>/", snapshots.snapshot_detail, name="snapshot_detail"),
    path("reports/<int:pk>/files/<slug:wanted>/", snapshots.snapshot_file, name="snapshot_file"),
    path("reports/<int:pk>/charts/<slug:wanted>/", snapshots.snapshot_chart, name="snapshot_chart"),
    path("reports/<int:pk>/compare/", snapshots.snapshot_compare, name="snapshot_compare"),
    path("reports/<int:pk>/send/", snapshots.snapshot_send, name="snapshot_send"),
]

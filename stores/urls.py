from django.urls import path

from stores.views import email, invitations, people, places, profile, security, two_factor

app_name = "stores"
urlpatterns = [
    path("home/", profile.home, name="home"),
    path("profile/", profile.profile, name="profile"),
    path("profile/security/", security.security, name="security"),
    path("profile/email/", email.email, name="email"),
    path("profile/email/<str:token>/", email.email_confirm, name="email_confirm"),
    path("profile/sessions/end/", security.sessions_end, name="sessions_end"),
    path("profile/sessions/<uuid:handle>/end/", security.session_end, name="session_end"),
    path("profile/two-factor/", two_factor.two_factor, name="two_factor"),
    path("profile/two-factor/off/", two_factor.two_factor_off, name="two_factor_off"),
    path("profile/two-factor/codes/", two_factor.recovery_codes, name="recovery_codes"),
    path("language/", profile.language, name="language"),
    path("head-office/stores/", places.location_list, name="location_list"),
    path("head-office/stores/<int:pk>/", places.location_edit, name="location_edit"),
    path("head-office/people/", people.people_list, name="people_list"),
    path("head-office/people/new/", invitations.person_new, name="person_new"),
    path("head-office/people/<int:pk>/", people.person_edit, name="person_edit"),
    path(
        "head-office/people/<int:pk>/invite-again/",
        invitations.invitation_again,
        name="invitation_again",
    ),
    path(
        "head-office/people/<int:pk>/take-back/",
        invitations.invitation_take_back,
        name="invitation_take_back",
    ),
    path(
        "head-office/people/<int:pk>/sessions/end/",
        people.person_sessions_end,
        name="person_sessions_end",
    ),
    path(
        "head-office/people/<int:pk>/two-factor/reset/",
        people.person_two_factor_reset,
        name="person_two_factor_reset",
    ),
    path("stores/<slug:code>/people/", people.store_people, name="store_people"),
    path("head-office/people/<int:pk>/roles/", people.role_give, name="role_give"),
    path("head-office/people/<int:pk>/close/", people.person_close, name="person_close"),
    path("head-office/people/<int:pk>/reopen/", people.person_reopen, name="person_reopen"),
    path("head-office/people/roles/<int:pk>/take/", people.role_take, name="role_take"),
]

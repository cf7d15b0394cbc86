from django.urls import path

from stores.views import people, places, profile

app_name = "stores"
urlpatterns = [
    path("home/", profile.home, name="home"),
    path("profile/", profile.profile, name="profile"),
    path("language/", profile.language, name="language"),
    path("head-office/stores/", places.location_list, name="location_list"),
    path("head-office/stores/<int:pk>/", places.location_edit, name="location_edit"),
    path("head-office/people/", people.people_list, name="people_list"),
    path("head-office/people/new/", people.person_new, name="person_new"),
    path("head-office/people/<int:pk>/", people.person_edit, name="person_edit"),
    path("head-office/people/<int:pk>/roles/", people.role_give, name="role_give"),
    path("head-office/people/<int:pk>/close/", people.person_close, name="person_close"),
    path("head-office/people/<int:pk>/reopen/", people.person_reopen, name="person_reopen"),
    path("head-office/people/roles/<int:pk>/take/", people.role_take, name="role_take"),
]

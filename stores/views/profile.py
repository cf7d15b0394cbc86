"""Pages that every person has: where they land, their profile, the language of the site."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from backoffice.lib.htmx import render_page
from backoffice.lib.links import own_page
from stores.actions.people import change_profile
from stores.forms import LanguageForm, ProfileForm
from stores.navigation import url_or_none
from stores.queries import first_page
from stores.rights import CustomerRequest, customer, public


@require_GET
@customer
def home(request: CustomerRequest) -> HttpResponse:
    name, *args = first_page(request.user)
    return redirect(url_or_none(name, *args) or reverse("stores:profile"))


@require_http_methods(["GET", "POST"])
@customer
def profile(request: CustomerRequest) -> HttpResponse:
    user = request.user
    initial = {"name": user.name, "language": user.language, "theme": user.theme}
    form = ProfileForm(request.POST or None, initial=initial)
    if form.is_valid():
        change_profile(user, **form.cleaned_data)
        with translation.override(user.language or translation.get_language()):
            messages.success(request, _("Your profile is saved."))
        return redirect("stores:profile")
    status = 422 if form.is_bound else 200
    return render_page(request, "stores/profile.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@public
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language of this browser, and of the profile of whoever is signed in."""
    came_from = request.GET.get("next", "") or request.headers.get("Referer", "")
    initial = {"language": translation.get_language(), "next": came_from}
    form = LanguageForm(request.POST or None, initial=initial)
    if form.is_valid():
        chosen = form.cleaned_data["language"]
        if request.user.is_authenticated:
            change_profile(request.user, language=chosen)
        response = redirect(own_page(request, form.cleaned_data["next"], otherwise="/"))
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 24 * 3600,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
        return response
    status = 422 if form.is_bound else 200
    return render_page(request, "stores/language.html", {"form": form}, status=status)

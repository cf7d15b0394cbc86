from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from backoffice.health import OK, state_of_parts
from stores.rights import public


@public
@require_GET
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Whether this process answers."""
    return HttpResponse("ok", content_type="text/plain")


@public
@require_GET
@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Whether everything that the site needs is there: 503 tells which part is not."""
    parts = state_of_parts()
    is_ready = all(state == OK for state in parts.values())
    answer = {"ready": is_ready, "parts": parts}
    return JsonResponse(answer, status=200 if is_ready else 503)

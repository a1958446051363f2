"""Where carts call; `orderdesk.wsgi` takes the same road without Django's request."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import intake


@csrf_exempt
@require_POST
def receive_webhook(request: HttpRequest, token: str) -> HttpResponse:
    """Keep a signed message; see `intake.receive` for the answers."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    stated = headers.get("content-length", "")
    if stated.isdigit() and int(stated) > settings.HOOK_BODY_LIMIT:
        answer = intake.too_large()
    else:
        answer = intake.receive(token, headers, request.read(settings.HOOK_BODY_LIMIT + 1))
    return JsonResponse({"message": answer.message}, status=answer.status)

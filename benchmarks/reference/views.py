"""Messages in: signature, row, answer."""

# The type checker's Django plugin was given the hub's settings, not those of this project.
# mypy: ignore-errors

import base64
import hashlib
import hmac

from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from benchmarks.reference.models import Delivery
from benchmarks.reference.tasks import import_order


def _keep(request: HttpRequest) -> Delivery | None:
    digest = hmac.new(settings.SIGNED_WITH.encode(), request.body, hashlib.sha256).digest()
    given = request.headers.get("X-Shopify-Hmac-Sha256", "")
    if not hmac.compare_digest(base64.b64encode(digest).decode(), given):
        return None
    row = Delivery(
        store=1,
        delivery_id=request.headers["X-Shopify-Webhook-Id"],
        topic=request.headers["X-Shopify-Topic"],
        body=request.body,
    )
    try:
        row.save()
    except IntegrityError:
        row.pk = None  # known already
    return row


@csrf_exempt
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep a message and leave it at that."""
    row = _keep(request)
    return JsonResponse({"kept": row is not None}, status=200 if row else 401)


@csrf_exempt
@require_POST
def hook(request: HttpRequest) -> HttpResponse:
    """Keep a message and have its order imported."""
    row = _keep(request)
    if row and row.pk:
        import_order.delay(row.pk)
    return JsonResponse({"kept": row is not None}, status=200 if row else 401)

"""Documents: packing slips for whoever packs, and receipts for whoever has their address."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from orderdesk.lib.ids import id_in
from orderdesk.lib.refused import Refused
from orderdesk.lib.twig import TwigError
from orders.documents import NoneOfTheseOrders, render_together
from orders.receipts import printed, receipt_at, receipt_source
from stores.access import PageRequest, store_page
from stores.models import Store

PRINTED_AT_ONCE = 50
# A document is the work of a template: it may show pictures it holds and our style, nothing else.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Documents link these by addresses that never change; the files' own change with their content.
ASSETS = {"style": "css/receipt.css", "script": "js/print.js"}


@store_page(inside=False)
@require_safe
def orders_print(request: PageRequest, store: Store) -> HttpResponse:
    """Give the packing slips of the picked orders, in the order they are named in."""
    return _packing_slips(store, _picked(request))


@store_page(inside=False)
@require_safe
def order_print(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Give the packing slip of one order."""
    return _packing_slips(store, [order_id])


@require_safe
def receipt_view(request: HttpRequest, token: str) -> HttpResponse:
    """Show a receipt to whoever has its address; nobody is signed in and nothing is remembered."""
    receipt = receipt_at(token)
    store = receipt and Store.objects.filter(pk=receipt.store_id).first()
    if not (receipt and store):
        return _no_receipt()
    try:
        source = receipt_source(receipt.template)
        return _document(render_together(store, source, [receipt.order_id]))
    except NoneOfTheseOrders:
        return _no_receipt()


@require_safe
def document_asset(request: HttpRequest, name: str) -> HttpResponse:
    """Lead a document to its style or its script."""
    return HttpResponseRedirect(static(ASSETS[name]))


def _picked(request: HttpRequest) -> list[int]:
    """Read the ids, as `ids=1,2` or `ids=1&ids=2`; what is no id is nobody's and left out."""
    texts = ",".join(request.GET.getlist("ids")).split(",")
    ids = list(dict.fromkeys(found for text in texts if (found := id_in(text.strip()))))
    if len(ids) > PRINTED_AT_ONCE:
        raise Refused(f"{len(ids):,} orders are picked; {PRINTED_AT_ONCE} can be printed at once.")
    return ids


def _packing_slips(store: Store, order_ids: list[int]) -> HttpResponse:
    try:
        return _document(render_together(store, printed("packing_slip"), order_ids))
    except NoneOfTheseOrders as error:
        raise Http404 from error
    except TwigError as error:
        raise Refused(f"These orders cannot be printed together: {error.message}") from error


def _document(text: str) -> HttpResponse:
    return _private(HttpResponse(text))


def _no_receipt() -> HttpResponse:
    text = "There is no receipt at this address.\n"
    return _private(HttpResponse(text, status=404, content_type="text/plain; charset=utf-8"))


def _private(answer: HttpResponse) -> HttpResponse:
    """Keep a document out of caches and search engines, and its address from whoever is linked."""
    answer["Content-Security-Policy"] = POLICY
    answer["X-Robots-Tag"] = "noindex, nofollow"
    answer["Referrer-Policy"] = "no-referrer"
    answer["Cache-Control"] = "private, no-store"
    return answer

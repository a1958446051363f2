"""The API's schema, and a page that shows it."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class Schema(SpectacularAPIView):
    """The OpenAPI document."""


class Docs(SpectacularSwaggerSplitView):
    """Swagger's page from packaged assets; its script has an address of its own, for the CSP."""

    url_name = "orders:api_schema"
    template_name = "orders/api_docs.html"

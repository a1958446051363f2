"""Every address of the hub."""

from django.urls import include, path

from orderdesk import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("account/", include("allauth.urls")),
    path("", include("stores.urls")),
    path("", include("orders.urls")),
    path("", include("integrations.urls")),
    path("", include("rules.urls")),
]

handler403 = "orderdesk.views.denied"
handler404 = "orderdesk.views.not_found"
handler500 = "orderdesk.views.server_error"

"""Every address of the hub."""

from django.urls import include, path

from orderdesk import views
from stores import urls as stores

# A store's home shows what all apps know of it, so it stands here; its name is one of the store's.
STORES = ([path("s/<int:store_id>/", views.store_home, name="home"), *stores.urlpatterns], "stores")

urlpatterns = [
    path("", views.home, name="home"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("account/", include("allauth.urls")),
    path("ui/", views.ui_gallery, name="ui_gallery"),
    path("", include(STORES)),
    path("", include("orders.urls")),
    path("", include("inventory.urls")),
    path("", include("integrations.urls")),
    path("", include("rules.urls")),
]

handler400 = "orderdesk.views.bad_request"
handler403 = "orderdesk.views.denied"
handler404 = "orderdesk.views.not_found"
handler500 = "orderdesk.views.server_error"

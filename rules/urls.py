"""Addresses of the rules app."""

app_name = "rules"
urlpatterns: list[object] = []

"""Every address of the hub."""

from django.urls import include, path

urlpatterns: list = []

"""Addresses of the day's hub."""

from django.urls import path

from benchmarks.reference import views

urlpatterns = [path("keep", views.keep), path("hook", views.hook)]

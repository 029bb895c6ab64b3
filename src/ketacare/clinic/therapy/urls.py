"""Routes of this app, with their full paths."""

from django.urls import URLPattern

app_name = "therapy"
urlpatterns: list[URLPattern] = []

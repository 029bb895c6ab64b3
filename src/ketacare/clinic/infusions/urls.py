"""Routes of this app, with their full paths."""

from django.urls import URLPattern

app_name = "infusions"
urlpatterns: list[URLPattern] = []

"""Routes of this app, with their full paths."""

from django.urls import URLPattern

app_name = "records"
urlpatterns: list[URLPattern] = []

"""Routes of the audit log, with their full paths."""

from django.urls import path

from ketacare.clinic.audit import views

app_name = "audit"
urlpatterns = [path("audit/", views.events, name="events")]

"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.outcomes import views

app_name = "outcomes"
urlpatterns = [path("outcomes/", views.overview, name="overview")]

"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.work import views

app_name = "work"
urlpatterns = [
    path("drafts/save/", views.autosave, name="autosave"),
    path("drafts/discard/", views.discard_draft, name="discard_draft"),
]

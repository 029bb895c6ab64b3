"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.patients import views

app_name = "patients"
urlpatterns = [
    path("patients/", views.people, name="list"),
    path("patients/new/", views.refer, name="new"),
    path("patients/<uuid:patient_id>/", views.chart, name="chart"),
    path("patients/<uuid:patient_id>/edit/", views.edit, name="edit"),
    path("patients/<uuid:patient_id>/close/", views.close, name="close"),
    path("patients/<uuid:patient_id>/reopen/", views.reopen, name="reopen"),
]

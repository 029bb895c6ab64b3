"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.therapy import views

app_name = "therapy"
urlpatterns = [
    path("patients/<uuid:patient_id>/therapy/", views.overview, name="overview"),
    path("patients/<uuid:patient_id>/therapy/book/", views.book, name="book"),
    path("patients/<uuid:patient_id>/therapy/record/", views.record, name="record"),
    path("therapy/<uuid:session_id>/record/", views.record_booked, name="record_booked"),
    path("therapy/<uuid:session_id>/missed/", views.missed, name="missed"),
    path("therapy/<uuid:session_id>/cancel/", views.cancel, name="cancel"),
    path("therapy/<uuid:session_id>/note/", views.note, name="note"),
]

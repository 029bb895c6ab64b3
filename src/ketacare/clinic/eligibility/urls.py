"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.eligibility import signing, views

app_name = "eligibility"
BASE = "patients/<uuid:patient_id>/eligibility/"
urlpatterns = [
    path(BASE, views.review, name="review"),
    path(f"{BASE}questions/<str:topic>/", views.questions, name="questions"),
    path(f"{BASE}measure/", views.measure, name="measure"),
    path(f"{BASE}override/<str:rule>/", signing.override, name="override"),
    path(f"{BASE}overrides/<uuid:override_id>/", signing.cosign, name="cosign"),
    path(f"{BASE}sign/", signing.sign, name="sign"),
    path(f"{BASE}reviews/<uuid:review_id>/", signing.signed, name="signed"),
]

"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.records import views

app_name = "records"
urlpatterns = [
    path("records/", views.index, name="list"),
    path("infusions/<uuid:infusion_id>/record/", views.record, name="record"),
    path("infusions/<uuid:infusion_id>/record/pdf/", views.pdf, name="pdf"),
    path("infusions/<uuid:infusion_id>/record/values/", views.values, name="values"),
    path("infusions/<uuid:infusion_id>/record/seal/", views.seal, name="seal"),
    path("infusions/<uuid:infusion_id>/record/add/", views.add, name="add"),
]

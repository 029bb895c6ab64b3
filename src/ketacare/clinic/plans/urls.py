"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.plans import looking, signing, views, weights

app_name = "plans"
BASE = "patients/<uuid:patient_id>/plan/"
urlpatterns = [
    path("plans/weights/", weights.weights, name="weights"),
    path(BASE, views.overview, name="overview"),
    path(f"{BASE}compute/", views.compute, name="compute"),
    path(f"{BASE}options/<int:number>/", views.earlier, name="earlier"),
    path(f"{BASE}options/<int:number>/sign/<int:rank>/", signing.sign, name="sign"),
    path(f"{BASE}options/<int:number>/decline/", signing.decline, name="decline"),
    path(f"{BASE}options/<int:number>/ahead/", looking.ahead, name="ahead"),
    path(f"{BASE}options/<int:number>/check/", looking.recheck, name="recheck"),
    path(f"{BASE}change/", signing.change, name="change"),
    path(f"{BASE}end/", signing.end, name="end"),
]

"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.history import public, views

app_name = "history"
BASE = "patients/<uuid:patient_id>/history/"
urlpatterns = [
    path("h/<str:token>/", public.start, name="tell"),
    path("h/<str:token>/finish/", public.finish, name="tell_finish"),
    path("h/<str:token>/add/<str:kind>/", public.add, name="tell_add"),
    path("h/<str:token>/keep/", public.keep, name="tell_keep"),
    path("h/<str:token>/back/<uuid:line_id>/", public.take_back, name="tell_back"),
    path(f"{BASE}invite/", views.invite, name="invite"),
    path(f"{BASE}told/<uuid:line_id>/", views.confirm_told, name="confirm_told"),
    path(f"{BASE}told/<uuid:line_id>/set-aside/", views.set_aside_told, name="set_aside_told"),
    path(BASE, views.overview, name="overview"),
    path(f"{BASE}trials/add/<str:kind>/", views.add_trial, name="add_trial"),
    path(f"{BASE}trials/<uuid:entry_id>/", views.correct_trial, name="correct_trial"),
    path(f"{BASE}diagnoses/add/", views.add_diagnosis, name="add_diagnosis"),
    path(f"{BASE}diagnoses/<uuid:entry_id>/", views.correct_diagnosis, name="correct_diagnosis"),
    path(f"{BASE}medicines/add/", views.add_medicine, name="add_medicine"),
    path(f"{BASE}medicines/<uuid:entry_id>/", views.correct_medicine, name="correct_medicine"),
    path(f"{BASE}medicines/<uuid:entry_id>/end/", views.end_medicine, name="end_medicine"),
    path(f"{BASE}<str:kind>/<uuid:entry_id>/strike-out/", views.strike_out, name="strike_out"),
]

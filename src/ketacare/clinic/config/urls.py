"""All routes. Each app's ``urls.py`` writes its full paths, so an address shows where it is made."""

from django.urls import include, path

from ketacare.clinic.config import views

urlpatterns = [
    path("", views.front_door, name="front_door"),
    path("theme/", views.choose_theme, name="theme"),
    path("alive/", views.alive, name="alive"),
    path("", include("ketacare.clinic.accounts.urls")),
    path("", include("ketacare.clinic.audit.urls")),
    path("", include("ketacare.clinic.work.urls")),
    path("", include("ketacare.clinic.patients.urls")),
    path("", include("ketacare.clinic.history.urls")),
    path("", include("ketacare.clinic.eligibility.urls")),
    path("", include("ketacare.clinic.plans.urls")),
    path("", include("ketacare.clinic.infusions.urls")),
    path("", include("ketacare.clinic.vitals.urls")),
    path("", include("ketacare.clinic.questionnaires.urls")),
    path("", include("ketacare.clinic.therapy.urls")),
    path("", include("ketacare.clinic.cabinet.urls")),
    path("", include("ketacare.clinic.records.urls")),
    path("", include("ketacare.clinic.outcomes.urls")),
    path("", include("ketacare.clinic.policy.urls")),
]

handler400 = "ketacare.clinic.config.views.bad_request"
handler403 = "ketacare.clinic.config.views.refused"
handler404 = "ketacare.clinic.config.views.not_found"
handler500 = "ketacare.clinic.config.views.broken"

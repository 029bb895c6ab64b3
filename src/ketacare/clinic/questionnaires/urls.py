"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.questionnaires import adaptive_public, adaptive_views, public, views

app_name = "questionnaires"
urlpatterns = [
    path("q/<str:token>/", public.start, name="link"),
    path("q/<str:token>/adaptive/", adaptive_public.question, name="adaptive"),
    path("q/<str:token>/check/", public.check, name="check"),
    path("q/<str:token>/thanks/", public.thanks, name="thanks"),
    path("q/<str:token>/<slug:instrument>/<int:item>/", public.question, name="question"),
    path("patients/<uuid:patient_id>/measures/", views.overview, name="overview"),
    path("patients/<uuid:patient_id>/measures/send/", views.send, name="send"),
    path(
        "patients/<uuid:patient_id>/measures/adaptive/",
        adaptive_views.overview,
        name="adaptive_tests",
    ),
    path("measures/adaptive/<uuid:test_id>/", adaptive_views.test, name="adaptive_test"),
    path("patients/<uuid:patient_id>/measures/enter/", views.scales, name="scales"),
    path("patients/<uuid:patient_id>/measures/enter/<slug:instrument>/", views.enter, name="enter"),
    path("measures/requests/<uuid:request_id>/", views.request_page, name="request"),
    path("measures/requests/<uuid:request_id>/renew/", views.renew, name="renew"),
    path("measures/requests/<uuid:request_id>/revoke/", views.revoke, name="revoke"),
    path("measures/answers/<uuid:response_id>/correct/", views.correct, name="correct"),
    path("measures/risks/<uuid:risk_id>/", views.risk, name="risk"),
    path("measures/risks/<uuid:risk_id>/take/", views.take_risk, name="take_risk"),
    path("measures/risks/<uuid:risk_id>/name/", views.name_risk, name="name_risk"),
]

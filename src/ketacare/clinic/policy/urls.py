"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.policy import signing, views

app_name = "policy"
urlpatterns = [
    path("policy/", views.overview, name="overview"),
    path("policy/signatures/<str:part>/", signing.sign, name="sign"),
    path("policy/versions/<str:version>/", signing.edition, name="edition"),
    path("policy/<str:kind>/", views.listing, name="listing"),
    path("policy/<str:kind>/<str:name>/", views.card, name="card"),
]

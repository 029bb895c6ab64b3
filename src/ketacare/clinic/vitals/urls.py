"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.vitals import views

app_name = "vitals"
urlpatterns = [
    path("infusions/<uuid:infusion_id>/observe/<slug:name>/", views.observe, name="observe"),
    path("values/<uuid:value_id>/correct/", views.correct, name="correct"),
    path("infusions/messages/", views.messages_kept, name="messages"),
]

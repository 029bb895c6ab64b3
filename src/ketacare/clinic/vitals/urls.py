"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.vitals import messaging, views

app_name = "vitals"
urlpatterns = [
    path("infusions/<uuid:infusion_id>/observe/<slug:name>/", views.observe, name="observe"),
    path("values/<uuid:value_id>/correct/", views.correct, name="correct"),
    path("infusions/messages/", messaging.inbox, name="messages"),
    path("infusions/messages/<uuid:message_id>/", messaging.message, name="message"),
    path("infusions/devices/<uuid:binding_id>/release/", messaging.release, name="release"),
]

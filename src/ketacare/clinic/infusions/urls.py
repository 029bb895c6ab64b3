"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.infusions import (
    listing,
    stream,
    views,
    views_arrival,
    views_entries,
    views_events,
)

app_name = "infusions"
urlpatterns = [
    path("infusions/", listing.index, name="list"),
    path("infusions/chairs/", listing.chairs, name="chairs"),
    path("patients/<uuid:patient_id>/infusions/book/", listing.book, name="book"),
    path("infusions/<uuid:infusion_id>/", views.session, name="session"),
    path("infusions/<uuid:infusion_id>/live/<slug:part>/", views.live, name="live"),
    path("infusions/<uuid:infusion_id>/here/", views_entries.here, name="here"),
    path("infusions/<uuid:infusion_id>/stream/", stream.stream, name="stream"),
    path("infusions/<uuid:infusion_id>/do/<slug:act>/", views.act, name="act"),
    path(
        "infusions/<uuid:infusion_id>/entries/<slug:what>/<slug:name>/",
        views_entries.enter,
        name="enter",
    ),
    path(
        "infusions/<uuid:infusion_id>/questions/<slug:station>/", views.questions, name="questions"
    ),
    path("infusions/<uuid:infusion_id>/check-in/<slug:step>/", views_arrival.step, name="step"),
    path(
        "infusions/<uuid:infusion_id>/check-in/<slug:step>/skip/", views_arrival.skip, name="skip"
    ),
    path("infusions/<uuid:infusion_id>/symptoms/", views.symptoms, name="symptoms"),
    path(
        "infusions/<uuid:infusion_id>/limits/<uuid:alert_id>/seen/",
        views.acknowledge,
        name="acknowledge",
    ),
    path(
        "infusions/<uuid:infusion_id>/events/<slug:term>/",
        views_events.record,
        name="record_event",
    ),
    path("infusions/events/<uuid:event_id>/", views_events.event, name="event"),
    path("infusions/events/<uuid:event_id>/reported/", views_events.report, name="report_event"),
    path("infusions/<uuid:infusion_id>/problems/<slug:name>/", views.problem, name="problem"),
    path("infusions/<uuid:infusion_id>/override/<str:rule>/", views.override, name="override"),
]

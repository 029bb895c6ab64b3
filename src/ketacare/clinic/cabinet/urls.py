"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.cabinet import views, views_infusion

app_name = "cabinet"
urlpatterns = [
    path("cabinet/", views.overview, name="overview"),
    path("cabinet/receive/", views.receive, name="receive"),
    path("cabinet/count/", views.count, name="count"),
    path("cabinet/inventory/", views.inventory, name="inventory"),
    path("cabinet/counts/<uuid:count_id>/", views.counted, name="counted"),
    path("cabinet/lots/<uuid:lot_id>/", views.lot, name="lot"),
    path("cabinet/lots/<uuid:lot_id>/waste/", views.discard, name="discard"),
    path("cabinet/lots/<uuid:lot_id>/hand-over/", views.dispatch, name="dispatch"),
    path("cabinet/lots/<uuid:lot_id>/case/", views.new_case, name="new_case"),
    path("cabinet/entries/<uuid:entry_id>/reverse/", views.reverse_entry, name="reverse"),
    path("cabinet/cases/<uuid:case_id>/", views.case, name="case"),
    path("cabinet/cases/<uuid:case_id>/close/", views.close_case, name="close_case"),
    path("cabinet/infusions/<uuid:infusion_id>/", views_infusion.account, name="account"),
    path("cabinet/infusions/<uuid:infusion_id>/draw/", views_infusion.draw, name="draw"),
    path("cabinet/infusions/<uuid:infusion_id>/waste/", views_infusion.waste, name="waste"),
    path("cabinet/infusions/<uuid:infusion_id>/return/", views_infusion.put_back, name="put_back"),
]

"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.work import views, views_board

app_name = "work"
urlpatterns = [
    path("board/", views_board.board, name="board"),
    path("drafts/save/", views.autosave, name="autosave"),
    path("drafts/discard/", views.discard_draft, name="discard_draft"),
]

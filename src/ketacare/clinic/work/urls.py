"""Routes of this app, with their full paths."""

from django.urls import path

from ketacare.clinic.work import live_board, views, views_board

app_name = "work"
urlpatterns = [
    path("board/", views_board.board, name="board"),
    path("board/stream/", live_board.stream, name="board_stream"),
    path("drafts/save/", views.autosave, name="autosave"),
    path("drafts/discard/", views.discard_draft, name="discard_draft"),
]

"""The app's name for Django."""

from django.apps import AppConfig
from django.conf import settings


class QuestionnairesConfig(AppConfig):
    """Symptom scales: sending, answering by link, scoring."""

    name = "ketacare.clinic.questionnaires"
    label = "questionnaires"

    def ready(self) -> None:
        """Read the clinic's own licensed texts: one that does not fit stops the start."""
        if settings.KETACARE["KETACARE_TEXTS_DIR"] is not None:
            from ketacare.clinic.questionnaires import access

            access.known()

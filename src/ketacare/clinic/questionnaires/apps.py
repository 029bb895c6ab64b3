"""The app's name for Django."""

from contextlib import AbstractAsyncContextManager

from django.apps import AppConfig
from django.conf import settings


class QuestionnairesConfig(AppConfig):
    """Symptom scales: sending, answering by link, scoring."""

    name = "ketacare.clinic.questionnaires"
    label = "questionnaires"

    def background(self) -> AbstractAsyncContextManager[None]:
        """Escalate answers about risk while the server runs."""
        # The models are ready only once the server runs.
        from ketacare.clinic.config.repeating import repeating
        from ketacare.clinic.questionnaires.jobs import ESCALATE

        return repeating(ESCALATE)

    def ready(self) -> None:
        """Read the clinic's own licensed texts: one that does not fit stops the start."""
        if settings.KETACARE["KETACARE_TEXTS_DIR"] is not None:
            from ketacare.clinic.questionnaires import access, adaptive, bank_texts

            access.known()
            for bank in adaptive.BANK_OF.values():
                bank_texts.bank_text(bank)

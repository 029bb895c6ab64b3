"""The app's name for Django."""

from contextlib import AbstractAsyncContextManager

from django.apps import AppConfig


class TherapyConfig(AppConfig):
    """Preparation, integration and psychotherapy sessions."""

    name = "ketacare.clinic.therapy"
    label = "therapy"

    def background(self) -> AbstractAsyncContextManager[None]:
        """Chase missing sessions while the server runs."""
        from ketacare.clinic.config.repeating import repeating
        from ketacare.clinic.therapy.jobs import CHASE  # models are ready only once the server runs

        return repeating(CHASE)

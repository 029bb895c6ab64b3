"""The app's name for Django, and the service that receives monitors' messages."""

from contextlib import AbstractAsyncContextManager

from django.apps import AppConfig
from django.conf import settings


class VitalsConfig(AppConfig):
    """Measurements from bedside monitors and people, as they arrive."""

    name = "ketacare.clinic.vitals"
    label = "vitals"

    def background(self) -> AbstractAsyncContextManager[None] | None:
        """Return the listener when its port is set: see config/lifespan.py."""
        port = settings.KETACARE["KETACARE_VITALS_PORT"]
        if port is None:
            return None
        from ketacare.clinic.vitals.listener import serving
        from ketacare.clinic.vitals.tls import context_of

        return serving(
            host=settings.KETACARE["KETACARE_VITALS_HOST"],
            port=port,
            tls=context_of(settings.KETACARE),
        )

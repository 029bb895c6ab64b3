"""The app's name for Django."""

from contextlib import AbstractAsyncContextManager

from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    """Whether ketamine is safe for this person: findings, overrides, cosigning."""

    name = "ketacare.clinic.eligibility"
    label = "eligibility"

    def background(self) -> AbstractAsyncContextManager[None]:
        """Look for checks that are due while the server runs."""
        # The models are ready only once the server runs.
        from ketacare.clinic.config.repeating import repeating
        from ketacare.clinic.eligibility.jobs import FOLLOW

        return repeating(FOLLOW)

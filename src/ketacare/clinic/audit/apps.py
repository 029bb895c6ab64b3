"""The app's name for Django."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Who did what, when, to whom and why."""

    name = "ketacare.clinic.audit"
    label = "audit"

    def ready(self) -> None:
        """Listen for sign-ins and sign-outs, which no action of ours makes."""
        from ketacare.clinic.audit import sign_ins

        sign_ins.connect()

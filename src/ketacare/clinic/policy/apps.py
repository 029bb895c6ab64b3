"""The app's name for Django."""

from django.apps import AppConfig

from ketacare.clinic.policy.freshness import Reading


class PolicyConfig(AppConfig):
    """What the clinic decided: rules, limits, definitions and scales, read and signed."""

    name = "ketacare.clinic.policy"
    label = "policy"
    read: Reading

    def ready(self) -> None:
        """Remember which content this process starts with."""
        from ketacare.clinic.policy.freshness import look

        self.read = look()

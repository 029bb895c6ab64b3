"""The app's name for Django."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Who works here, in which role, and what each role may do."""

    name = "ketacare.clinic.accounts"
    label = "accounts"

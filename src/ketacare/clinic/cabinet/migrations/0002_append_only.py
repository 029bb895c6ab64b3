"""The triggers that keep the tables of the cabinet append-only."""

from typing import Any

from django.db import migrations

from ketacare.clinic.cabinet import triggers


def install(apps: Any, schema_editor: Any) -> None:
    triggers.install(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("cabinet", "0001_initial")]

    operations = [migrations.RunPython(install, remove)]

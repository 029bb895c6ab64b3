from typing import Any

from django.db import migrations

NOT_REACHED = "Not reached."


def say_whether_reached(apps: Any, schema_editor: Any) -> None:
    """Write down for earlier calls what was told from their text; sealed sessions stay as they are."""
    steps = apps.get_model("infusions", "Step").objects.filter(act="call", subject="")
    sealed = apps.get_model("records", "Seal").objects.values("session")
    calls = steps.exclude(session__in=sealed)
    calls.filter(text__startswith=NOT_REACHED).update(subject="not_reached")
    calls.exclude(text__startswith=NOT_REACHED).update(subject="reached")


class Migration(migrations.Migration):
    dependencies = [
        ("infusions", "0003_arrival_and_events"),
        ("records", "0001_initial"),
    ]

    operations = [migrations.RunPython(say_whether_reached, migrations.RunPython.noop)]

"""``ketacare monitor``: a simulated bedside monitor that is a real network client.

It exists to try the clinic's listener and screens: the patient is drawn from the same models that
make the forecasts, the messages are those of a real monitor. It never drives or alarms anything.
"""

from ketacare.cli.monitor.command import run_monitor

__all__ = ["run_monitor"]

"""Measurements from bedside monitors and people, as they arrive."""

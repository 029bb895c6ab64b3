"""Ketacare: feedback-driven ketamine care of anxiety that standard treatment has not helped."""

__version__ = "0.1.0"

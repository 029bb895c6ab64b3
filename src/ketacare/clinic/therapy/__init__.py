"""Preparation, integration and psychotherapy sessions."""

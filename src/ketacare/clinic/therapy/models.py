"""Preparation, integration and psychotherapy sessions: what is stored."""

"""Symptom scales: sending, answering by link, scoring: what is stored."""

"""Symptom scales: sending, answering by link, scoring."""

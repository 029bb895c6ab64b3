"""Translations between the core's types and the outside: files, messages, charts, reports.

Every module here is a pure function of its arguments: no network, no clock, no database.
"""

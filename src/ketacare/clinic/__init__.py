"""The clinic: a Django project whose apps follow the loop from history to adaptation.

Every app has the same files (``models access actions forms views urls mapping``). Nothing here
computes anything clinical: the apps fetch, ask the core, and show; docs/howto/build-a-page.md
says how to add a page.
"""

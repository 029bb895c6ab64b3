"""The sample clinic of ``make demo``: people from a fixed seed, and what starts and stops it."""

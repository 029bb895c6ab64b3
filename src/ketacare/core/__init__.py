"""The science and the rules, pure: standard library, NumPy and SciPy, nothing else.

Nothing here reads a file, asks the clock or draws from a global random state: knowledge, ``now``
and ``rng`` come in as arguments. ARCHITECTURE.md says which room holds what.
"""

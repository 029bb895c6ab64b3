"""Clinical content as TOML files, and what reads and checks it.

The folders hold content, ``reading`` the strict reader every kind of file shares, ``loading`` one
module per kind that turns a file into core objects. ``load`` is what the rest of the project calls.
"""

"""The form in which a record is sealed: lines of canonical JSON, each hashed with the one before.

Pure text and SHA-256, so that a stranger with the lines and ten lines of any language can check
them. It knows nothing of what the lines say.
"""

from ketacare.core.sealing.canonical import canonical
from ketacare.core.sealing.chain import START, after, hash_after, join, split
from ketacare.core.sealing.difference import KEY, Change, Difference, differences

__all__ = [
    "KEY",
    "START",
    "Change",
    "Difference",
    "after",
    "canonical",
    "differences",
    "hash_after",
    "join",
    "split",
]

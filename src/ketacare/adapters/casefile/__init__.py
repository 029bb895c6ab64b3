"""The case file: one person's record as one TOML text, read strictly and written back whole.

The format is documented in ``docs/case-file.md``. Nothing unknown is skipped and nothing missing
is filled in; the first mistake is refused with the file, the key, the value and the remedy.
"""

from ketacare.adapters.casefile.reading import read_case, read_file
from ketacare.adapters.casefile.visit import CaseFile, Noted, Order
from ketacare.adapters.casefile.vocabulary import Vocabulary
from ketacare.adapters.casefile.writing import write_case

__all__ = ["CaseFile", "Noted", "Order", "Vocabulary", "read_case", "read_file", "write_case"]

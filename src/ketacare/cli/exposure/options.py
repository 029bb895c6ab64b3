"""The options of ``ketacare simulate`` as typed, before anything is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of the command as typed; empty where not given."""

    file: Path | None = None
    model: str = ""
    at: Sequence[str] = ()
    until: str = ""
    every: str = ""
    doses: Sequence[str] = ()
    whole: bool = False
    weight: str = ""
    age: str = ""
    sex: str = ""
    height: str = ""
    traits: Sequence[str] = ()
    site: str = ""
    analytes: Sequence[str] = ()
    enantiomer: str = ""
    salt: str = ""
    convert_hcl: bool = False
    line: str = ""
    scenarios: Sequence[str] = ()
    patients: int = 1000
    seed: int = 2026

"""Options that several commands share, written once so that they read alike everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON in the shape of docs/json.md.")]

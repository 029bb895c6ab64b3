"""docs/cards is what the content says now; write it with: ketacare knowledge cards docs/cards."""

from pathlib import Path

import pytest

from ketacare.knowledge.check import check_loaders
from ketacare.knowledge.faults import cards_not_current

FOLDER = Path(__file__).parents[1] / "docs" / "cards"


@pytest.mark.slow
def test_the_cards_are_current():
    stale = [f"{r.file}: {r.found}" for r in cards_not_current(FOLDER, check_loaders())]
    assert stale == []

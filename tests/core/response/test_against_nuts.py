"""The ensemble against NumPyro's NUTS on the same model written a second time."""

import pytest

pytest.importorskip("numpyro")

from tests.core.response.agreement import by_nuts, compare


@pytest.mark.slow
def test_ensemble_and_nuts_agree_within_monte_carlo_error(prior):
    rows = compare(prior, by_nuts(prior, warmup=200, samples=400))
    assert len(rows) == 13
    assert [r for r in rows if not r.agrees] == []
    # The statement has teeth: no mean may be off by as much as half a posterior SD.
    assert max(r.mean_allowed for r in rows) < 0.5

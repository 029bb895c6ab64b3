"""Whom patients are told to call: present, complete, and a candidate until somebody has called."""

from ketacare.core.sources import Status
from ketacare.knowledge.load import load_crisis_help
from ketacare.knowledge.loading import crisis, therapy


def test_the_united_states_have_988_and_911():
    found = load_crisis_help()["US"]
    assert found.emergency == "911"
    assert (found.lines[0].call, found.lines[0].text) == ("988", "988")
    assert found.provenance.status is Status.CANDIDATE


def test_the_files_keep_their_own_checks():
    results = crisis.check_all() + therapy.check_all()
    assert len(results) == 7
    assert all(result.passed for result in results)

import pytest

from ketacare.core.sources import Status
from ketacare.knowledge import loading
from ketacare.knowledge.check import check_everything, knowledge_files


@pytest.mark.slow
def test_every_loader_with_checks_is_run_and_passes():
    report = check_everything()
    assert report.failed == ()
    assert {"devices", "instruments", "treatments", "safety", "drugs"} <= set(report.results)
    assert report.count == sum(map(len, report.results.values()))


@pytest.mark.slow
def test_a_file_that_does_not_load_is_a_failed_check(monkeypatch):
    from ketacare.core.errors import ErrorCode, KnowledgeError
    from ketacare.knowledge.loading import devices

    def broken():
        raise KnowledgeError(ErrorCode.MISSING_KEY, "unit is missing", source="devices/x.toml")

    monkeypatch.setattr(devices, "check_all", broken)
    (failure,) = check_everything().failed
    assert (failure.file, failure.name) == ("devices/x.toml", "loads")
    assert "unit is missing" in failure.found


def test_files_are_listed_with_their_status():
    files = {file.path: file for file in knowledge_files()}
    assert files["devices/ihe_pcd01.toml"].status is Status.CANDIDATE
    assert files["sources.toml"].status is None
    assert loading.__name__ == "ketacare.knowledge.loading"

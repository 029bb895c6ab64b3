"""What ``ketacare recommend`` tells about the course so far."""

from pathlib import Path

COURSE = Path(__file__).parent / "four_infusions.toml"


def test_a_course_with_scores_is_watched_and_one_without_is_not(ketacare):
    ran = ketacare("recommend", COURSE, "--at", "2026-05-16T12:00Z", "--particles", "300")
    text = " ".join(ran.out.split())
    assert "This course so far" in text
    assert "Asking on day" in text
    before = ketacare("recommend", COURSE, "--at", "2026-05-01T12:00Z", "--particles", "300")
    assert "This course so far" not in before.out

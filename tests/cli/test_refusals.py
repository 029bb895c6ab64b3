"""Bad input: one sentence on standard error, exit code 2, nothing on standard output."""

import pytest


@pytest.fixture
def broken(tmp_path, course):
    def write(old, new):
        text = course.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "broken.toml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("command", ["stage", "screen", "simulate", "recommend", "score"])
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('dose = "150 mg/day"', 'dose = "150 mg/kg"', "trial[1].dose"),
        ('dose = "34 mg"', 'dose = "-34 mg"', "infusion[1].dose"),
        ("ended = 2024-06-15", "ended = 2023-06-15", "trial[1].ended"),
        ('treatment = "sertraline"', 'treatment = "sertralin"', "did you mean sertraline"),
        ("items = [3, 3, 2, 3, 2, 2, 2]", "items = [3, 3, 2, 3, 2, 2]", "7 items and 6"),
        ("items = [3, 3, 2, 3, 2, 2, 2]", "items = [3, 3, 2, 3, 2, 2, 4]", "items[7]"),
        ("ended = 2024-06-15", "ended = 2924-06-15", "on 15 Jun 2924 lies in the future"),
        ("at = 2026-05-03T09:00:00\nitems", "at = 2926-05-03T09:00:00\nitems", "in the future"),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence_and_nothing_else(
    ketacare, broken, command, old, new, said
):
    ran = ketacare(command, broken(old, new))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "broken.toml" in ran.err
    assert said in ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nosuch",), "No such command"),
        (("stage",), "Missing argument"),
        (("stage", "/no/such/file.toml"), "no such file"),
        (("stage", "/"), "cannot be read"),
        (("simulate",), "nothing to simulate"),
        (("simulate", "--weight", "70 mg", "--dose", "35 mg over 40 min"), "--weight"),
        (("simulate", "--weight", "-70", "--dose", "35 mg over 40 min"), "more than zero"),
        (("simulate", "--weight", "nan", "--dose", "35 mg over 40 min"), "--weight"),
        (("simulate", "--weight", "700", "--dose", "35 mg over 40 min"), "answers from"),
        (("simulate", "--weight", "70 kg", "--dose", "35 ml over 40 min"), "--dose"),
        (("simulate", "--weight", "70 kg", "--dose", "-35 mg over 40 min"), "more than zero"),
        (("simulate", "--weight", "70 kg", "--dose", "35 mg"), "over how long"),
        (("monitor", "--scenario", "loud"), "quiet, hypertension"),
        (("monitor", "--started", "yesterday"), "--started"),
        (("monitor", "--bed", " "), "--bed"),
        (("monitor", "--speed", "0"), "--speed"),
        (("knowledge", "show", "treatment"), "did you mean treatments"),
        (("knowledge", "show", "treatments", "cbtt"), "did you mean cbt"),
        (("knowledge", "list", "zzz"), "see the list with: ketacare knowledge list"),
        (("knowledge", "cards", "/dev/null/x"), "cannot be written"),
        (("knowledge", "cards"), "Missing argument"),
    ],
)
def test_a_mistake_in_the_options_is_one_sentence(ketacare, arguments, said):
    ran = ketacare(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert said in ran.err


def test_times_fit_the_calendar_of_the_file(ketacare, published, course):
    assert ketacare("score", published, "--at", "14").code == 0
    assert "counts days" in ketacare("score", published, "--at", "2026-05-03").err
    assert "no time zone" in ketacare("score", course, "--at", "2026-05-03").err


def test_unknown_primary_instrument(ketacare, course):
    assert "use one of gad7, hama" in ketacare("recommend", course, "--primary", "gad8").err


def test_unknown_station(ketacare, course):
    assert "before_dose" in ketacare("screen", course, "--station", "after").err


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("spo2", "198 %", "Oxygen saturation of 198 % cannot be; it lies between 50 and 100"),
        ("temperature", "98.6 degC", "lies between 30 and 43"),
        ("moaas", "6 point", "lies between 0 and 5"),
        ("height", "1.72 cm", "lies between 100 and 250"),
    ],
)
def test_a_value_that_cannot_be_measured_is_refused(ketacare, course, tmp_path, kind, value, said):
    text = course.read_text(encoding="utf-8")
    file = tmp_path / "value.toml"
    file.write_text(
        f'{text}\n[[measurement]]\nkind = "{kind}"\nvalue = "{value}"\nat = 2026-05-02T10:00:00Z\n',
        encoding="utf-8",
    )
    ran = ketacare("screen", file, "--at", "2026-05-16T12:00Z")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err

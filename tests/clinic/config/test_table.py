"""Settings: what is right is read, what is wrong stops the start with a sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

from ketacare.clinic.config.table import BY_NAME, SETTINGS, Kind, as_markdown, read_environment
from ketacare.core.errors import InputError

SECRET = {"KETACARE_SECRET_KEY": "s" * 32}
PAGE = Path(__file__).parents[3] / "docs/howto/settings.md"


def test_the_defaults_are_enough_with_a_secret():
    values = read_environment(SECRET)
    assert values["KETACARE_PORT"] == 8000
    assert values["KETACARE_IDLE_MINUTES"] == 15
    assert values["KETACARE_SECURE_COOKIES"] is True
    assert values["KETACARE_SAMPLE_DATA"] is False
    assert values["KETACARE_VITALS_PORT"] is None
    assert values["DATABASE_URL"] is None
    assert values["KETACARE_ALLOWED_HOSTS"] == ("127.0.0.1", "localhost", "[::1]")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("KETACARE_PORT", "65535", 65535),
        ("KETACARE_SAMPLE_DATA", "Yes", True),
        ("KETACARE_SECURE_COOKIES", "0", False),
        ("KETACARE_IDLE_MINUTES", "1", 1),
        ("KETACARE_TIME_ZONE", "Europe/Madrid", "Europe/Madrid"),
        ("KETACARE_ALLOWED_HOSTS", " a.test, b.test ,", ("a.test", "b.test")),
        ("KETACARE_LOG_LEVEL", "debug", "DEBUG"),
        ("KETACARE_ADVICE_WEIGHTS", "", {}),
        ("KETACARE_ADVICE_WEIGHTS", "infusion=0.01, risk=0", {"infusion": 0.01, "risk": 0.0}),
        ("KETACARE_VITALS_PORT", "", None),
        ("KETACARE_DATA_DIR", "/srv/ketacare", Path("/srv/ketacare")),
    ],
)
def test_values_are_read_as_their_kind(name, text, value):
    assert read_environment({**SECRET, name: text})[name] == value


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("KETACARE_PORT", "0", "a whole number from 1 to 65535"),
        ("KETACARE_PORT", "65536", "a whole number from 1 to 65535"),
        ("KETACARE_PORT", "80a", "a whole number from 1 to 65535"),
        ("KETACARE_IDLE_MINUTES", "0", "from 1 to 720"),
        ("KETACARE_IDLE_MINUTES", "721", "from 1 to 720"),
        ("KETACARE_SAMPLE_DATA", "maybe", "say yes or no"),
        ("KETACARE_TIME_ZONE", "Europe/Atlantis", "IANA"),
        ("KETACARE_TIME_ZONE", "../etc/passwd", "IANA"),
        ("KETACARE_LANGUAGE", "xx", "choose one of en"),
        ("KETACARE_ADVICE_WEIGHTS", "infusion=much", "a number from 0 to 1"),
        ("KETACARE_ADVICE_WEIGHTS", "money=0.1", "is not a weight"),
        ("KETACARE_ADVICE_WEIGHTS", "infusion", "write it as infusion=0.01"),
        ("KETACARE_LOG_LEVEL", "LOUD", "choose one of DEBUG"),
        ("DATABASE_URL", "mysql://u@h/n", "postgresql://"),
        ("DATABASE_URL", "postgresql://u@h/", "postgresql://"),
        ("DATABASE_URL", "postgresql://u@h:port/n", "postgresql://"),
        ("KETACARE_COLOUR", "red", "KETACARE_COLOUR is not a setting"),
        ("KETACARE_PROT", "80", "did you mean KETACARE_PORT?"),
        ("KETACARE_PORT_FILE", "/x", "is not a setting"),
    ],
)
def test_what_is_wrong_gets_a_sentence(name, text, sentence):
    with pytest.raises(InputError, match=sentence.replace("?", r"\?")) as caught:
        read_environment({**SECRET, name: text})
    assert caught.value.sentence.endswith(".")


def test_the_secret_has_no_default_and_is_never_shown():
    with pytest.raises(InputError, match="KETACARE_SECRET_KEY is not set"):
        read_environment({})
    with pytest.raises(InputError, match="has 31 characters") as caught:
        read_environment({"KETACARE_SECRET_KEY": "q" * 31})
    assert "qqq" not in str(caught.value)
    assert all(setting.default is None for setting in SETTINGS if setting.kind is Kind.SECRET)


def test_the_password_of_the_database_is_never_shown():
    with pytest.raises(InputError) as caught:
        read_environment({**SECRET, "DATABASE_URL": "mysql://u:hush-hush@h/n"})
    assert "hush" not in str(caught.value)


def test_the_secret_may_stand_in_a_file(tmp_path):
    file = tmp_path / "secret"
    file.write_text("s" * 40 + "\n", encoding="utf-8")
    values = read_environment({"KETACARE_SECRET_KEY_FILE": str(file)})
    assert values["KETACARE_SECRET_KEY"] == "s" * 40
    with pytest.raises(InputError, match="cannot be read"):
        read_environment({"KETACARE_SECRET_KEY_FILE": str(tmp_path / "nothing")})


def test_a_database_address_is_taken_apart():
    values = read_environment(
        {**SECRET, "DATABASE_URL": "postgresql://k%40:p%2Fw@db.test:5433/clinic?sslmode=require"}
    )
    assert values["DATABASE_URL"] == {
        "NAME": "clinic",
        "USER": "k@",
        "PASSWORD": "p/w",
        "HOST": "db.test",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_the_settings_page_shows_the_table():
    assert as_markdown() in PAGE.read_text(encoding="utf-8"), (
        "docs/howto/settings.md is behind: paste what ketacare.clinic.config.table.as_markdown() gives"
    )
    assert len(BY_NAME) == len(SETTINGS)


@pytest.mark.slow
def test_a_wrong_environment_ends_the_start_with_one_line_and_code_two():
    done = subprocess.run(
        [sys.executable, "-m", "ketacare.clinic", "check"],
        env={**SECRET, "KETACARE_PORT": "many"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "KETACARE_PORT is 'many': give a whole number from 1 to 65535.\n"

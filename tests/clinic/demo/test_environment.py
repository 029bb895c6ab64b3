"""What is made ready before any setting is read, and what is refused in one sentence."""

import os
import socket
import stat

import pytest

from ketacare.cli.monitor.command import device_id
from ketacare.clinic.demo import environment
from ketacare.clinic.demo.caseload import monitor_of
from ketacare.core.errors import InputError


@pytest.fixture(autouse=True)
def _let_go():
    yield
    environment.release()


def settings(folder, **more):
    return {"KETACARE_DATA_DIR": str(folder), "KETACARE_PORT": str(environment.free_port()), **more}


def test_a_new_folder_gets_a_secret_only_its_owner_reads(tmp_path):
    environ = settings(tmp_path / "new")

    folder = environment.prepare(environ, reset=False)

    secret = folder / environment.SECRET
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert environ["KETACARE_SECRET_KEY"] == secret.read_text()
    assert len(secret.read_text()) >= 50
    assert environ["KETACARE_SAMPLE_DATA"] == "yes"


def test_a_second_start_keeps_the_secret_and_reset_makes_another(tmp_path):
    def start(*, reset=False):
        environ = settings(tmp_path / "d")
        environment.prepare(environ, reset=reset)
        environment.release()
        return environ["KETACARE_SECRET_KEY"]

    first = start()
    assert start() == first
    assert start(reset=True) != first


def test_reset_leaves_nothing_of_before(tmp_path):
    folder = environment.prepare(settings(tmp_path / "d"), reset=False)
    (folder / "ketacare.sqlite3").write_text("old")
    environment.release()

    environment.prepare(settings(folder), reset=True)

    assert {p.name for p in folder.iterdir()} == {
        environment.LOCK, environment.MARK, environment.SECRET,
    }  # fmt: skip


@pytest.mark.parametrize("reset", [False, True])
def test_a_folder_with_other_files_is_left_alone(tmp_path, reset):
    (tmp_path / "thesis.txt").write_text("mine")

    with pytest.raises(InputError, match="holds other files"):
        environment.prepare(settings(tmp_path), reset=reset)

    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_taken_port_is_said_in_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])

        with pytest.raises(InputError, match=f"Port {port} is taken by another program") as refused:
            environment.prepare({**settings(tmp_path / "d"), "KETACARE_PORT": port}, reset=False)

    assert "\n" not in str(refused.value)
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1"])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    with pytest.raises(InputError, match="whole number"):
        environment.prepare({**settings(tmp_path / "d"), "KETACARE_PORT": port}, reset=False)


def test_two_demos_do_not_share_a_folder(tmp_path):
    environment.prepare(settings(tmp_path / "d"), reset=False)

    with pytest.raises(InputError, match="Another demo is running"):
        environment.prepare(settings(tmp_path / "d"), reset=True)


def test_a_real_database_is_never_used(tmp_path):
    environ = settings(tmp_path / "d", DATABASE_URL="postgresql://u:p@db/clinic")

    environment.prepare(environ, reset=False)

    assert "DATABASE_URL" not in environ


def test_the_machines_zone_has_a_name():
    assert environment.local_zone() in {
        "UTC",
        os.path.realpath("/etc/localtime").partition("/zoneinfo/")[2],
    }


def test_the_monitor_is_known_by_the_name_it_sends():
    assert monitor_of("Chair 1") == device_id("Chair 1")


def test_the_demo_is_not_opened_to_the_network(tmp_path):
    """Its sign-ins stand on the screen and its cookies travel without TLS."""
    environment.prepare(settings(tmp_path / "own", KETACARE_HOST="localhost"), reset=False)
    environment.release()
    with pytest.raises(InputError, match=r"KETACARE_HOST is 0\.0\.0\.0"):
        environment.prepare(settings(tmp_path / "open", KETACARE_HOST="0.0.0.0"), reset=False)
    assert not (tmp_path / "open").exists()

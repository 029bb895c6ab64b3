"""The clinic's settings as tests and type checks load them: the environment set here, not by hand.

Only what makes tests fast or independent of the machine differs from what the clinic runs with.
"""

import atexit
import os
import shutil
import tempfile

for _name in [name for name in os.environ if name.startswith("KETACARE_")]:
    del os.environ[_name]
_folder = tempfile.mkdtemp(prefix="ketacare-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["KETACARE_SECRET_KEY"] = "only-for-tests-and-type-checks-never-for-people"
os.environ["KETACARE_SECURE_COOKIES"] = "no"
os.environ["KETACARE_DATA_DIR"] = _folder
os.environ["KETACARE_ALLOWED_HOSTS"] = "127.0.0.1,localhost,testserver"
os.environ.pop("DATABASE_URL", None)
if "TEST_DATABASE_URL" in os.environ:  # PostgreSQL, to run the same tests there
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from ketacare.clinic.config.settings import *  # noqa: E402, F403 - the environment comes first
from ketacare.clinic.config.settings import DATABASES  # noqa: E402 - the same

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow on purpose
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in the clinic: in memory, connections of other threads share one lock. Nothing
    # waits for the disk.
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
    )
else:
    DATABASES["default"]["OPTIONS"].pop("pool")  # the test database has to be dropped at the end

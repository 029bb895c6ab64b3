"""The clinic's settings as tests and type checks load them: the environment set here, not by hand.

Only what makes tests fast or independent of the machine differs from what the clinic runs with.
"""

import os
import tempfile
from pathlib import Path

for _name in [name for name in os.environ if name.startswith("KETACARE_")]:
    del os.environ[_name]
os.environ["KETACARE_SECRET_KEY"] = "only-for-tests-and-type-checks-never-for-people"
os.environ["KETACARE_SECURE_COOKIES"] = "no"
os.environ["KETACARE_DATA_DIR"] = str(Path(tempfile.gettempdir()) / "ketacare-tests")
os.environ["KETACARE_ALLOWED_HOSTS"] = "127.0.0.1,localhost,testserver"
if "TEST_DATABASE_URL" in os.environ:
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]
else:
    os.environ.pop("DATABASE_URL", None)

from ketacare.clinic.config.settings import *  # noqa: E402, F403 - the environment comes first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # argon2 is slow on purpose

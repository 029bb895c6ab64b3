"""The clinic's management commands: ``python -m ketacare.clinic serve | migrate | ...``.

The settings are read first, so that a wrong environment is answered with one sentence and exit
code 2 instead of a traceback; so is content that does not load.
"""

import os
import sys

from ketacare.clinic.config.table import read_environment
from ketacare.core.errors import InputError, KnowledgeError


def main() -> None:
    """Run the management command named on the command line."""
    os.umask(0o077)  # the database, its journal and everything else are for this account alone
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ketacare.clinic.config.settings")
    try:
        if sys.argv[1:2] == ["demo"] and not {"-h", "--help"} & set(sys.argv):
            from ketacare.clinic.demo.environment import prepare

            prepare(os.environ, reset="--reset" in sys.argv)
        values = read_environment(os.environ)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    if values["DATABASE_URL"] is None:
        values["KETACARE_DATA_DIR"].mkdir(mode=0o700, parents=True, exist_ok=True)
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(["python -m ketacare.clinic", *sys.argv[1:]])
    except KnowledgeError as error:  # content that does not load, a clinic's own text among it
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()

"""The clinic's management commands: ``python -m ketacare.clinic serve | migrate | ...``.

The settings are read first, so that a wrong environment is answered with one sentence and exit
code 2 instead of a traceback; so is content that does not load, and a folder, database or port that
cannot be used.
"""

import os
import sys

from django.db import DatabaseError

from ketacare.clinic.config.starting import refused_database, require_folder
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
        if values["DATABASE_URL"] is None:
            require_folder(values["KETACARE_DATA_DIR"])
        _execute()
    except (InputError, KnowledgeError) as error:  # a clinic's own text may not load either
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


def _execute() -> None:
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(["python -m ketacare.clinic", *sys.argv[1:]])
    except DatabaseError as error:
        from django.db import connection

        raise refused_database(error, connection.settings_dict) from error


if __name__ == "__main__":
    main()

"""The ``ketacare`` command. Scientific commands read a case file and need no server."""


def main() -> None:
    """Run the command line."""
    from ketacare.cli.app import run

    run()

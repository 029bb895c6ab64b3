"""The ``ketacare`` command."""


def main() -> None:
    """Run the command line."""
    from ketacare.cli.app import run

    run()

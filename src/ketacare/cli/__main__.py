"""``python -m ketacare.cli``: the same as the ``ketacare`` command."""

from ketacare.cli import main

main()

"""One command a module: its name is the command."""

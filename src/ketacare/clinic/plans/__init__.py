"""The plan: options, the signed choice, its reasons."""

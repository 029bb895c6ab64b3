"""How dates and times are written and read on screen, by language."""

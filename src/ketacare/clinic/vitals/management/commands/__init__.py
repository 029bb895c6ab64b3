"""``listen``: receive monitors' messages."""

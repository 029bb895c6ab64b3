"""``ketacare trial run`` and ``trial compare``: published studies and policies on virtual people."""

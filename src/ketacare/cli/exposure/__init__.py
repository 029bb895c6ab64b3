"""``ketacare simulate`` and ``ketacare fit``: concentrations after doses, and people from them."""

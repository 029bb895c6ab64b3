"""The clinic's content to read: rules, limits, sources and status, the same cards as on paper."""

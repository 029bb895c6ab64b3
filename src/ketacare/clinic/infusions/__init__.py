"""The session: preparation, the running infusion, recovery, discharge."""

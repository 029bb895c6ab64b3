"""The session: preparation, the running infusion, recovery, discharge: what is stored."""

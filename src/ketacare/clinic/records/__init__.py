"""The sealed record of a session: what it holds, its seal, what was added to it afterwards."""

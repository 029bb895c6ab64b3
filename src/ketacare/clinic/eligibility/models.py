"""Whether ketamine is safe for this person: findings, overrides, cosigning: what is stored."""

"""What was tried before: trials of treatment, medicines, diagnoses."""

"""What the clinic learns across its patients: what is stored."""

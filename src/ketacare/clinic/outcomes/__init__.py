"""What the clinic learns across its patients."""

"""The people in care: identity, contact, and the chart that shows their loop: what is stored."""

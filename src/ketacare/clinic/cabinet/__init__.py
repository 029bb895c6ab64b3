"""The controlled-drug cabinet: receipts, draws, waste, counts, and what does not add up."""

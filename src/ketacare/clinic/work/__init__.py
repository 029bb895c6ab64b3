"""What is to be done and what is half typed: due items, drafts of forms, today's board."""

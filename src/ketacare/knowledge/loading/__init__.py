"""One module per kind of knowledge file; ``ketacare.knowledge.load`` is the way in."""

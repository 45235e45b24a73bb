"""What was handed in: out of folders and archives, whose it is, and what is in it; nothing of it is run."""

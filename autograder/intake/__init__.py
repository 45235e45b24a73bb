"""What was handed in: take it out of folders and archives, and tell whose it is and what is in it; none of it is run."""

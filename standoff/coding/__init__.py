"""Make a case of one's own: from a text and filled-in sheets to the tables of a case."""

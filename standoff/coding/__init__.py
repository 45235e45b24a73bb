"""Make a case of your own: from a text and filled-in sheets to the tables of a case."""

"""Whether an answer is right, and what to say to a wrong one: used by the exercises of the pages and by the autograder."""

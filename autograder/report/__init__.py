"""Marks as tables, feedback for students, a report on the class, nbgrader's gradebook."""

"""Assignments: what is handed out, how submissions run apart from everything, and how answers become marks."""

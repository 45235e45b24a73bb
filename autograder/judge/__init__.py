"""Whether answers are right, and how many points they get."""

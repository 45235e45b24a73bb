"""Running what was handed in, apart from everything else."""

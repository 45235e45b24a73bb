"""How pages are built: Sphinx extensions, and in `finish` the last steps over the written pages."""

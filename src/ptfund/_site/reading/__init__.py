"""Scripts are read here: into chapters, cells, expressions and exercises."""

"""Chapters are run here: what each gave, what it used, and whether it must run again."""

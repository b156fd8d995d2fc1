"""Runs become pages here: Markdown, outputs, links, formulas, terms, and extracts of them all."""

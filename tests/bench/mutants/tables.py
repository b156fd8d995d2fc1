"""All mutants, from one table for each part of the code."""

from tests.bench.mutants import (
    doors,
    executing,
    foundations,
    judging,
    learning,
    looking,
    printing,
    publishing,
    reading,
    rendering,
    running,
    scripts,
    showing,
    starting,
    wording,
)

TABLES = (
    foundations,
    learning,
    judging,
    looking,
    scripts,
    reading,
    running,
    starting,
    executing,
    printing,
    rendering,
    showing,
    wording,
    publishing,
    doors,
)
MUTANTS = tuple(mutant for table in TABLES for mutant in table.MUTANTS)

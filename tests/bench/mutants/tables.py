"""All mutants, from one table for each part of the code."""

from tests.bench.mutants import (
    doors,
    foundations,
    judging,
    learning,
    looking,
    publishing,
    reading,
    rendering,
    running,
    wording,
)

TABLES = (
    foundations,
    learning,
    judging,
    looking,
    reading,
    running,
    rendering,
    wording,
    publishing,
    doors,
)
MUTANTS = tuple(mutant for table in TABLES for mutant in table.MUTANTS)

"""How large a condition may be. Far above what a person writes, far below what a parser or a database chokes on."""

LONGEST_TEXT = 4_000
"""Characters."""

DEEPEST_PARENTHESES = 16
"""sqlglot spends some 17 Python frames on each pair, and Python allows 1,000 in all."""

DEEPEST_TREE = 40
"""Operators inside one another. AND and OR chains count once."""

LARGEST_NUMBER = 1e15
SMALLEST_NUMBER = 1e-9
"""Zero aside."""

MOST_FACTORS = 8
"""Multiplied or divided in one term. So no product leaves the range of a double, where PostgreSQL raises an error and
SQLite answers infinity."""

MOST_DAYS = 36_525
"""Added to or taken from a date: a century."""

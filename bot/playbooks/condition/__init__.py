"""The condition language of playbooks: SQL conditions over signals, checked and compiled to SQLAlchemy.

    text ─ tokens.py ─► words that are allowed, each literal and signal replaced by a number
         ─ parts.py ──► the conjuncts that must all hold
         ─ parse.py ──► sqlglot's tree of each
         ─ build.py ──► expressions with bound parameters, every type checked

Text of the author never becomes SQL: sqlglot sees only operators and numbers, the database only our expressions and
bound values. Unknown (NULL) follows SQL: it satisfies no comparison, and NOT leaves it unknown.
"""

from bot.playbooks.condition.compiled import Condition, Day, Number, Part, compile_condition, compile_date, compile_number, severity_of
from bot.playbooks.condition.dialects import AS_OF

__all__ = ["AS_OF", "Condition", "Day", "Number", "Part", "compile_condition", "compile_date", "compile_number", "severity_of"]

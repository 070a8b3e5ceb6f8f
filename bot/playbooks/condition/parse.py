"""sqlglot's tree of one conjunct, or a finding in place of its errors."""

from sqlglot import Token, exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.parser import Parser

from bot.playbooks.condition import limits
from bot.playbooks.condition.mistakes import Mistakes

_TOO_DEEP = "the condition is nested too deeply"


def parse(tokens: list[Token], at: int, mistakes: Mistakes) -> exp.Expr | None:
    """The tree. None when the words do not make a condition; `at` is where an empty conjunct stands."""
    if not tokens:
        mistakes.add(at, "a condition is missing here")
        return None
    try:
        tree = Parser().parse_into(exp.Condition, tokens, mistakes.text)[0]
    except RecursionError:
        mistakes.add(tokens[0].start, _TOO_DEEP, "split it, or drop parentheses and NOTs")
        return None
    except SqlglotError as error:
        _report(error, tokens, mistakes)
        return None
    if tree is None:  # sqlglot's answer to a lone sign
        mistakes.add(tokens[0].start, "a value is missing here")
        return None
    return _if_shallow(tree, tokens, mistakes)


def _report(error: SqlglotError, tokens: list[Token], mistakes: Mistakes) -> None:
    """sqlglot names the token by its line and its last column."""
    found = error.errors[0] if isinstance(error, ParseError) and error.errors else {}
    by_place = {(token.line, token.col): token for token in tokens}
    token = by_place.get((found.get("line", 0), found.get("col", 0)), tokens[-1])
    near = mistakes.text[token.start : token.end + 1]
    mistakes.add(token.start, f"something is missing or superfluous at `{near}`")


def _if_shallow(tree: exp.Expr, tokens: list[Token], mistakes: Mistakes) -> exp.Expr | None:
    if depth(tree) <= limits.DEEPEST_TREE:
        return tree
    most = f"allowed: at most {limits.DEEPEST_TREE} operators inside one another"
    mistakes.add(tokens[0].start, _TOO_DEEP, most)
    return None


def depth(tree: exp.Expr) -> int:
    """Levels, without recursion. A chain of ANDs, or of ORs, is one level."""
    deepest = 0
    waiting = [(tree, 1)]
    while waiting:
        node, level = waiting.pop()
        deepest = max(deepest, level)
        for child in node.iter_expressions():
            chained = type(child) is type(node) and isinstance(node, exp.And | exp.Or)
            waiting.append((child, level if chained else level + 1))
    return deepest

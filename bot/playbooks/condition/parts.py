"""The conjuncts of a condition: what stands between its outermost ANDs."""

import re

from sqlglot import Token, TokenType

_QUOTED_OR_SPACE = re.compile(r"""('(?:[^']|'')*'|"(?:[^"]|"")*")|\s+""")


def split_at_and(tokens: list[Token]) -> list[list[Token]]:
    """One list per conjunct; a single one when an outermost OR binds them together."""
    tokens = _without_outer_parentheses(tokens)
    parts: list[list[Token]] = [[]]
    depth = betweens = 0
    for token in tokens:
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if depth == 0 and token.token_type is TokenType.OR:
            return [tokens]
        betweens += depth == 0 and token.token_type is TokenType.BETWEEN
        if depth == 0 and token.token_type is TokenType.AND:
            if not betweens:
                parts.append([])
                continue
            betweens -= 1
        parts[-1].append(token)
    return parts


def _without_outer_parentheses(tokens: list[Token]) -> list[Token]:
    while tokens and tokens[0].token_type is TokenType.L_PAREN and _closing(tokens) == len(tokens) - 1:
        tokens = tokens[1:-1]
    return tokens


def _closing(tokens: list[Token]) -> int:
    """Where the parenthesis that opens the list is closed, or -1."""
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.token_type is TokenType.L_PAREN) - (token.token_type is TokenType.R_PAREN)
        if depth == 0:
            return index
    return -1


def written(text: str, tokens: list[Token]) -> str:
    """The tokens as their author wrote them, on one line."""
    return tidy(text[tokens[0].start : tokens[-1].end + 1]) if tokens else ""


def tidy(text: str) -> str:
    """Single spaces outside quotes."""
    return _QUOTED_OR_SPACE.sub(lambda match: match[1] or " ", text).strip()

"""Every deed has its words, and no cell of the file is a formula."""

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

import bot
from bot.admin import export
from bot.admin.audit import STAYSAIL, deeds, groups, newest_first
from bot.admin.export import safe, write_audit
from bot.database import Database
from bot.delivery.composed import BOUNCED, WITHHELD
from bot.messages.catalog import AuditSearch, Did, read_audit_value
from models import Trace

ROOT = Path(bot.__file__).parent.parent
NOW = datetime(2026, 11, 18, 9, tzinfo=UTC)


def test_every_deed_in_the_code_has_its_words() -> None:
    found = set(_deeds_in_the_code()) - {STAYSAIL} | {did.value for did in Did}
    assert {"setting_changed", "dropped", "resent", "opened", "play_ended", "promoted", "overdue", "drawn"} <= found
    assert found | {"breaker_release", "breaker_keep", WITHHELD, BOUNCED} <= set(deeds())


def test_every_deed_belongs_to_a_group_and_every_group_has_deeds() -> None:
    assert {group for group, _ in deeds().values()} == set(groups())


def _deeds_in_the_code() -> Iterator[str]:
    """`what` of traces: given by its name, as the place where helpers have it, or under its key in a row."""
    for folder in ("bot", "handlers", "jobs"):
        for file in (ROOT / folder).rglob("*.py"):
            if "sandbox" not in file.parts and "messages" not in file.parts:
                tree = ast.parse(file.read_text())
                names = {
                    target.id: node.value
                    for node in tree.body
                    if isinstance(node, ast.Assign)
                    for target in node.targets
                    if isinstance(target, ast.Name)
                } | _pairs(tree)
                for node in ast.walk(tree):
                    yield from _texts(_what(node), names)


def _pairs(tree: ast.Module) -> dict[str, ast.expr]:
    """`A, B = "a", "b"`"""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = zip(node.targets[0].elts, node.value.elts, strict=True)
            found |= {name.id: value for name, value in pairs if isinstance(name, ast.Name)}
    return found


HELPERS = {"_trace", "trace_of", "trace", "tell"}
"""Functions that make traces: `what` is one of their arguments, as a text or as a name for one."""


def _what(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name == "Trace":
            return [keyword.value for keyword in node.keywords if keyword.arg == "what"]
        if name == "Change" and len(node.args) > 1:
            return [node.args[1]]
        if name in HELPERS:
            return [argument for argument in node.args if isinstance(argument, ast.Constant | ast.Name)]
    if isinstance(node, ast.Dict):
        keys = [key.value if isinstance(key, ast.Constant) else None for key in node.keys]
        if "what" in keys and {"actor", "detail"} & set(keys):
            return [node.values[keys.index("what")]]
    return []


def _texts(found: list[ast.expr], names: dict[str, ast.expr]) -> Iterator[str]:
    for named in found:
        value = names.get(named.id, named) if isinstance(named, ast.Name) else named
        if isinstance(value, ast.IfExp):
            yield from _texts([value.body, value.orelse], names)
        elif isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value.replace("_", "").isalpha():
            yield value.value


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")', "-"])
def test_a_cell_that_begins_as_a_formula_is_text(text: str) -> None:
    assert safe(text) == "'" + text


@pytest.mark.parametrize(("value", "cell"), [(None, ""), (12, "12"), ("Acme = Co", "Acme = Co"), ("'quoted'", "'quoted'"), ("", "")])
def test_other_cells_stay_as_they_are(value: object, cell: str) -> None:
    assert safe(value) == cell


def test_a_search_survives_a_button() -> None:
    search = AuditSearch("U0PETR", "settings", 'Ac"me: |, <é>', NOW.date())
    assert read_audit_value(search.value(3)) == (search, 3)
    assert len(AuditSearch(about="x" * 900).value(1)) < 2000


async def test_a_long_file_is_cut_and_says_so(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 7)
    await database.run(lambda session: session.add_all(Trace(at=NOW, actor="staysail", what="opened", detail={}) for _ in range(9)))
    file = tmp_path / "audit.csv"
    assert await database.read(write_audit, file, AuditSearch(), NOW, UTC) == (7, True)
    lines = file.read_text("utf-8-sig").splitlines()
    assert len(lines) == 9
    assert lines[-1].startswith('"cut: only the newest') or lines[-1].startswith("cut:")


async def test_the_newest_are_found_by_the_index_of_time(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("a small table is read as a whole there")
    statement = newest_first([Trace.actor == "x", Trace.at >= NOW]).limit(20)

    sql = statement.compile(database.reader, compile_kwargs={"literal_binds": True})

    def plan(session: Session) -> str:
        return str([row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {sql}"))])

    assert "ix_traces_at" in await database.read(plan)

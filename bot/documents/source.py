"""A YAML file with the line of every key. Safe: plain scalars, lists and mappings only; no aliases, no tags."""

from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.errors import Finding

LARGEST_FILE: Final = 64 * 1024
DEEPEST: Final = 20
FAST: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Ten times as quick, for our own files: of others' it would forgive what the other one reports, in words that are not ours."""

Way = tuple[str | int, ...]


@dataclass
class Source:
    """A file as read. `lines` has the line of each key and list item by the way to it; `findings` what is wrong.

    `misread` are the places of values that YAML itself could not give: nothing more is said of them. `elsewhere` are the places of
    values that do not stand in the file.
    """

    name: str
    built_in: bool = False
    text: str = ""
    value: dict[str, Any] = field(default_factory=dict)
    lines: dict[Way, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    misread: set[str] = field(default_factory=set)
    elsewhere: dict[Way, str] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        return sha256(self.text.encode()).hexdigest()

    def place(self, way: Way = ()) -> str:
        """`file.yml:7`: the line of the nearest key on the way that stands in the file; or where else its value comes from."""
        while way and way not in self.lines:
            if way in self.elsewhere:
                return self.elsewhere[way]
            way = way[:-1]
        return f"{self.name}:{self.lines.get(way, 1)}"

    def sorted_findings(self) -> list[Finding]:
        """In the order of their lines; those of values from elsewhere first."""
        return sorted(self.findings, key=_line)

    def wrong(self, way: Way, problem: str, cure: str = "") -> None:
        place = self.place(way)
        if place not in self.misread:
            self.findings.append(Finding(place, problem, cure))


def _line(finding: Finding) -> int:
    line = finding.place.rpartition(":")[2]
    return int(line) if line.isdecimal() else 0


def read_source(file: Path | Traversable, *, built_in: bool = False) -> Source:
    """The file, with what is wrong in `findings`: it never raises for what a file holds."""
    source = Source(f"library/{file.name}" if built_in else str(file), built_in)
    text = _text_of(file, source)
    if text is not None:
        source.text = text
        _parse(source)
    return source


def read_text(text: str, name: str) -> Source:
    """The same for a text that was read before; `name` is what findings call it."""
    source = Source(name, text=text)
    _parse(source)
    return source


def _text_of(file: Path | Traversable, source: Source) -> str | None:
    try:
        with file.open("rb") as stream:
            raw = stream.read(LARGEST_FILE + 1)
        if len(raw) > LARGEST_FILE:
            source.wrong((), "the file is too large", f"allowed: {LARGEST_FILE // 1024} KiB")
            return None
        return raw.decode("utf-8-sig")
    except OSError as error:
        source.wrong((), f"cannot be read: {error.strerror or error}", "check the name and the permissions")
    except UnicodeDecodeError as error:
        source.lines[()] = error.object.count(b"\n", 0, error.start) + 1
        source.wrong((), "the file is not UTF-8", "save it as UTF-8")
    return None


def _parse(source: Source) -> None:
    known = _read_once(source.text, source.built_in)
    if known is None:
        _parse_anew(source)
    else:
        source.value, source.lines = deepcopy(known.value), dict(known.lines)


@lru_cache(maxsize=256)
def _read_once(text: str, built_in: bool) -> Source | None:
    """The same files are asked for at every click and every pass. None: something is wrong with it, which needs the file's name."""
    source = Source("", text=text)
    _parse_anew(source, FAST if built_in else yaml.SafeLoader)
    return None if source.findings else source


def _parse_anew(source: Source, loading: Any = yaml.SafeLoader) -> None:
    loader = loading("")
    try:
        loader = loading(source.text)
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        _report(error, source)
    except RecursionError:
        source.wrong((), "the file is nested too deeply", f"allowed: {DEEPEST} levels")
    else:
        if isinstance(root, MappingNode) and root.value:
            source.value = _Reader(loader, source).mapping(root, ())
        else:
            found = "nothing" if root is None or not root.value else "a list" if isinstance(root, SequenceNode) else "a single value"
            source.wrong((), f"found {found} where keys are needed", "allowed: lines such as `key: value`")


def _report(error: yaml.YAMLError, source: Source) -> None:
    mark = getattr(error, "problem_mark", None)
    at = mark.index if mark else getattr(error, "position", 0)
    source.lines[()] = source.text.count("\n", 0, at) + 1
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be read"
    if "'\\t'" in str(problem):
        source.wrong((), "a tab stands where YAML allows only spaces", "indent with spaces")
    else:
        source.wrong((), f"not readable as YAML: {problem}", "check quotes, colons and indentation")


class _Reader:
    """Builds the values of a tree and notes their lines."""

    def __init__(self, loader: yaml.SafeLoader, source: Source) -> None:
        self.loader = loader
        self.source = source
        self.seen: set[int] = set()

    def mapping(self, node: MappingNode, way: Way) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                self._wrong(line, "a key must be a single word", "allowed: `key: value`")
                continue
            key, step = key_node.value, (*way, key_node.value)
            if key in result:
                first = self.source.lines[step]
                self._wrong(line, f"the key `{key}` stands twice (first on line {first})", "remove one")
                continue
            self.source.lines[step] = line
            result[key] = self._value(value_node, step)
        return result

    def _value(self, node: Node, way: Way) -> Any:
        if id(node) in self.seen or len(way) > DEEPEST:
            cure = f"allowed: plain values, {DEEPEST} levels"
            self._wrong(node.start_mark.line + 1, "found an alias, or too deep a nesting", cure)
            return ""
        self.seen.add(id(node))
        if isinstance(node, MappingNode):
            return self.mapping(node, way)
        if isinstance(node, SequenceNode):
            return self._list(node, way)
        return self._scalar(node)

    def _list(self, node: SequenceNode, way: Way) -> list[Any]:
        for index, item in enumerate(node.value):
            self.source.lines[*way, index] = item.start_mark.line + 1
        return [self._value(item, (*way, index)) for index, item in enumerate(node.value)]

    def _scalar(self, node: Node) -> Any:
        try:
            return self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            line = node.start_mark.line + 1
            self._wrong(line, f"`{str(node.value)[:40]}` is not a plain value", "allowed: text, numbers, true, false")
            return ""

    def _wrong(self, line: int, problem: str, cure: str) -> None:
        place = f"{self.source.name}:{line}"
        self.source.findings.append(Finding(place, problem, cure))
        self.source.misread.add(place)

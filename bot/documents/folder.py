"""Folders of files of one sort, each with a name of its own: playbooks, surveys."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.documents.source import Source
from bot.errors import Finding, InvalidInput


@dataclass(frozen=True)
class Sort:
    """`word` is what one such file is called and the key under which its name stands; `setting` is the key of staysail.yml that names
    the folder."""

    word: str
    setting: str

    def files(self, folder: Path) -> list[Path]:
        """The YAML files of a folder, or the one file itself. InvalidInput where there is no such folder."""
        if folder.is_file():
            return [folder]
        if not folder.is_dir():
            cure = f"create it, or change `{self.setting}` in staysail.yml"
            raise InvalidInput([Finding(str(folder), f"there is no such folder of {self.word}s", cure)])
        return sorted(file for file in folder.iterdir() if file.suffix in (".yml", ".yaml") and not file.name.startswith("."))

    def name(self, source: Source) -> str | None:
        """Of a file that is no YAML, what its line says; of one that could not be read at all, the file's own name."""
        if source.value:
            name = source.value.get(self.word)
            return name if isinstance(name, str) else None
        line = re.search(rf"^{self.word}:[ \t]*['\"]?([\w.-]+)", source.text, re.MULTILINE)
        return line[1] if line else None if source.text else Path(source.name).stem

    def beside(self, own: Sequence[Source], shipped: Iterable[Source]) -> list[Source]:
        """Those of the library and one's own: one's own file takes the place of a library one of the same name."""
        own_names = {self.name(source) for source in own}
        return [*(source for source in shipped if self.name(source) not in own_names), *own]

    def twins(self, sources: Sequence[Source]) -> Iterable[Finding]:
        """Each of two equal names is reported."""
        for source in sources:
            name = self.name(source)
            for other in sources:
                if other is not source and name is not None and self.name(other) == name:
                    where = other.place((self.word,))
                    problem = f"`{name}` is the name of another {self.word} too ({where})"
                    yield Finding(source.place((self.word,)), problem, "choose another name")

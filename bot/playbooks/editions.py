"""Which text of a playbook counts: the file's, or the one that is kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from bot.accounts.catalogue import Catalogue
from bot.errors import Finding, InvalidInput
from bot.playbooks.definition import Known, Playbook, load_edition
from bot.playbooks.status import edited, in_flight
from models import PlaybookVersion

Editions = dict[tuple[str, int], Playbook]


@dataclass(frozen=True)
class Shelf:
    """The playbooks as their files stand now. `broken`: the names of those that do not compile; plays of theirs stand still."""

    files: Sequence[Playbook]
    catalogue: Catalogue
    known: Known
    broken: Collection[str] = ()

    def editions(self, session: Session) -> tuple[dict[str, Playbook], Editions, list[Finding]]:
        """The playbooks that count by name; those and the older ones of plays in flight; what is wrong.

        A live version whose file says something else now goes on as it was: a play must not change under way.
        """
        problems: list[Finding] = []
        changed = edited(session, self.files)
        current = {playbook.name: playbook for playbook in self.files}
        for playbook in self.files:
            if kept := changed.get(playbook.edition):
                problem = f"version {playbook.version} of `{playbook.name}` has run already, and its file says something else now"
                problems.append(
                    Finding(playbook.place, problem, f"raise `version` to {playbook.version + 1}: until then the old text counts")
                )
                current[playbook.name] = self._compiled(kept, problems) or playbook
        editions = {playbook.edition: playbook for playbook in current.values()}
        older = {key: kept for key, kept in in_flight(session).items() if key not in editions and key[0] in current}
        for edition, kept in older.items():
            if found := self._compiled(kept, problems):
                editions[edition] = found
        return current, editions, problems

    def _compiled(self, kept: PlaybookVersion, problems: list[Finding]) -> Playbook | None:
        """None when it can no longer be compiled, such as for a signal that is gone: its plays stand still."""
        names = {*(playbook.name for playbook in self.files), *self.broken}
        try:
            return load_edition(kept.text, f"{kept.name} version {kept.version}", self.catalogue, self.known, names)
        except InvalidInput as error:
            problems += error.findings
            return None

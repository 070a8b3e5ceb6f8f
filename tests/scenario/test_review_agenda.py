"""What a meeting's agenda is suggested to be: the customer's goals, what was agreed, what they asked for. Everybody invited reads it."""

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.messages.actions import Action, Input
from models import Account, Response, Theme, ThemeMark
from tests.factories import World
from tests.scenario.conftest import OpenWorld, on_sqlite
from tests.scenario.test_review_due import past
from tests.scenario.test_reviews import MARTA, OFFICE, choose, company, element, opened

GOALS = "Close the books\nin three days"


async def told(open_world: OpenWorld) -> World:
    """The CRM knows Acme's goals; in August something was agreed; since then they have asked for two things, one of which is done."""
    world = await open_world(accounts=company, mail=True, settings=OFFICE)

    def write(session: Session) -> None:
        session.get_one(Account, "a1").extra = {"goals": GOALS}
        at = world.clock.at
        session.add(past("a1", at - timedelta(days=90), decisions="Roll out to the second site", note="They are *cross*"))
        what = {"survey": "nps", "version": 1, "kind": "nps", "account_id": "a1", "contact_id": MARTA, "changed_at": at}
        session.add(Response(id="r1", voter="v1", at=at - timedelta(days=5), score=9, band="high", comment="Their price!", **what))
        for name, closed_at in (("Exports", None), ("Price", at)):
            theme = Theme(name=name, created_at=at, created_by="U0JANA", closed_at=closed_at)
            session.add(theme)
            session.flush()
            session.add(ThemeMark(response_id="r1", theme_id=theme.id, by="U0JANA", at=at))

    await world.app.database.run(write)
    return world


async def test_a_review_looks_back_at_goals_and_agreements(open_world: OpenWorld) -> None:
    world = await told(open_world)
    await opened(world)
    await choose(world, Action.REVIEW_TYPE, "qbr")
    assert element(world, Input.REVIEW_AGENDA)["initial_value"].splitlines() == [
        "- What your team has achieved since we last spoke",
        "- What is to be achieved next",
        "- Your goals, and how far we are: Close the books in three days",
        "- What we agreed on 20 August 2026, and what has come of it: Roll out to the second site",
        "- Your answer to our survey of 13 November 2026 (9): what lies behind it, and what would help",
        "- What you asked us for: Exports",
        "- How your team uses the product, and what has changed of late",
        "- Your questions",
        "- What we do next, and by when",
    ]


@on_sqlite
async def test_a_call_keeps_to_its_cause(open_world: OpenWorld) -> None:
    world = await told(open_world)
    await opened(world)
    agenda = element(world, Input.REVIEW_AGENDA)["initial_value"]
    assert "Close the books" not in agenda
    assert "second site" not in agenda
    assert "cross" not in agenda
    assert "Their price" not in agenda

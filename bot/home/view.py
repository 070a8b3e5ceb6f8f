"""Somebody's Home tab, put together."""

from sqlalchemy.orm import Session

from bot.home.accounts import accounts_page
from bot.home.day import day_of
from bot.home.reader import Reader
from bot.home.setup import is_dismissed, setup_steps
from bot.home.team import team_numbers
from bot.messages import catalog as m


def home_view(session: Session, reader: Reader, state: m.HomeState) -> m.HomeView:
    actor = reader.actor
    page = accounts_page(session, reader, state)
    needs_setup = actor.is_admin and not is_dismissed(session, actor.slack_id)
    return m.HomeView(
        now=reader.now,
        day=day_of(session, reader),
        accounts=page.accounts,
        total=page.total,
        own=page.own,
        state=page.state,
        team=team_numbers(session, reader) if actor.is_manager else None,
        setup=setup_steps(session, reader) if needs_setup else (),
    )

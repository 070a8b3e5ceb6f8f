"""What answers are about: the form that says it, the lists of /stay themes, and closing a theme that was dealt with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

from sqlalchemy.orm import Session

from bot.errors import AlreadyDone, Refused, SendFailed
from bot.feedback.growth import Counts, counts_of
from bot.feedback.suggest import Suggestion, suggest
from bot.feedback.theme_form import Opened, open_form
from bot.feedback.theme_lists import answers_page, themes_page, unmarked_page
from bot.feedback.themes import Marking, close_theme, mark, open_again, theme_named
from bot.messages import catalog as m
from bot.messages.actions import Action, Callback, Input, InputError
from bot.messages.render import render_view
from bot.slack_api import asked
from bot.team.roles import Actor
from handlers.slack.admin import show_in_place
from handlers.slack.desk import Desk, Filling, Mistakes, Replace, Reply, Update
from handlers.slack.errors import say
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Command, Submission

THEMES, UNMARKED, ANSWERS = "themes", "unmarked", "answers"
PATIENCE = 1.2


# --- the form


async def theme_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    """From a card the value is the alert, from a list the response."""
    alert_id = int(click.value) if click.value.isdigit() else None
    response_id = "" if alert_id is not None else click.value.removeprefix("response:")
    return await _form(desk, actor, m.ThemeForm(response_id, alert_id, back=back_of(click)))


async def answer_chosen(desk: Desk, actor: Actor, click: Click) -> Reply:
    before = m.ThemeForm.read(click.form.metadata)
    return await _form(desk, actor, replace(before, response_id=click.value, turn=before.turn + 1), here=True)


async def _form(desk: Desk, actor: Actor, form: m.ThemeForm, here: bool = False) -> Reply:
    """Opens at once: the first suggestions of a process take seconds."""
    opened = await desk.database.read(open_form, desk.settings, actor, form)
    return Filling(opened.modal, lambda: _fill(opened), here=here)


async def _fill(opened: Opened) -> AsyncIterator[m.ThemeModal]:
    if not opened.known:
        return
    found: list[Suggestion] = []
    try:
        found = await asyncio.to_thread(suggest, opened.comment, opened.known)
    except Exception as error:  # a guess is never worth the form
        say(error)
    yield opened.with_suggestions(found)


async def theme_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    about = m.ThemeForm.read(form.metadata)
    chosen = (*form.ticked(Input.SUGGESTED), *form.ticked(Input.THEMES))
    named = desk.settings.surveys.themes.keys()
    marking = Marking(about.response_id, chosen, form.text(Input.NEW_THEME), about.marked, about.suggested, named)
    await desk.database.run(mark, marking, actor.slack_id, desk.now())
    desk.worker.wake()
    await _show_back(desk, actor, about.back)
    return None


def back_of(click: Click) -> m.Back:
    """The list in which somebody clicked: its buttons stand in blocks called `themes:PAGE:…`, `unmarked:PAGE:…`, `answers:PAGE:…`."""
    where, _, rest = click.block.partition(":")
    page, _, theme = rest.partition(":")
    if where not in (THEMES, UNMARKED, ANSWERS) or not page.isdigit():
        return m.Back()
    if where == ANSWERS:
        return m.Back(where, int(page), view=click.form.view_id, theme=int(theme.partition(":")[0]))
    return m.Back(where, int(page), reply_to=click.reply_to)


async def _show_back(desk: Desk, actor: Actor, back: m.Back, said: str = "") -> None:
    """The list from which a form was opened, as it is now. It may be gone, or Slack too slow: then it stays as it was."""
    if back.where == THEMES:
        await show_in_place(back.reply_to, await _themes(desk, actor, back.page, said))
    elif back.where == UNMARKED:
        await show_in_place(back.reply_to, await _unmarked(desk, actor, back.page))
    elif back.where == ANSWERS and back.view:
        modal = await _answers(desk, actor, back.theme, back.page)
        with suppress(SendFailed, TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await asked(desk.client.views_update(view_id=back.view, view=render_view(modal)), "the answers")


# --- closing


async def close_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    def load(session: Session) -> m.ThemeCloseModal:
        theme = theme_named(session, int(click.value))
        if theme.closed_at is not None:
            raise AlreadyDone("closed", theme.closed_by, theme.closed_at)
        counts = counts_of(session, [theme.id], desk.now()).get(theme.id, Counts())
        return m.ThemeCloseModal(theme_id=theme.id, name=theme.name, recent=counts.recent, back=back_of(click))

    return await desk.database.read(load)


async def close_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    done, (theme_id, back) = form.text(Input.NOTE), m.ThemeCloseModal.read_metadata(form.metadata)
    if not done:
        return Mistakes({Input.NOTE: InputError.DONE_MISSING})
    theme = await desk.database.run(close_theme, theme_id, actor.slack_id, done, desk.now())
    desk.worker.wake()
    await _show_back(desk, actor, back, f"“{theme.name}” is closed.")
    return None


async def reopen_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    theme = await desk.database.run(open_again, int(click.value), actor.slack_id, desk.now())
    desk.worker.wake()
    back = back_of(click)
    return Replace(await _themes(desk, actor, back.page, f"“{theme.name}” is open again.")) if back.where == THEMES else None


# --- the lists


async def themes_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    if command.rest:
        raise Refused("`/stay themes` lists them all; it takes no further words.")
    return await _themes(desk, actor, 1)


async def themes_turned(desk: Desk, actor: Actor, click: Click) -> Reply:
    return Replace(await _themes(desk, actor, int(click.value)))


async def _themes(desk: Desk, actor: Actor, page: int, said: str = "") -> m.ThemesAnswer:
    return replace(await desk.database.read(themes_page, desk.settings, actor, page, desk.now()), said=said)


async def unmarked_turned(desk: Desk, actor: Actor, click: Click) -> Reply:
    return Replace(await _unmarked(desk, actor, int(click.value)))


async def _unmarked(desk: Desk, actor: Actor, page: int) -> m.UnmarkedAnswer:
    return await desk.database.read(unmarked_page, desk.settings, actor, page, desk.now())


async def answers_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    return await _answers(desk, actor, int(click.value), 1)


async def answers_turned(desk: Desk, actor: Actor, click: Click) -> Reply:
    theme_id, _, page = click.value.partition(":")
    return Update(await _answers(desk, actor, int(theme_id), int(page or 1)))


async def _answers(desk: Desk, actor: Actor, theme_id: int, page: int) -> m.ThemeAnswersModal:
    return await desk.database.read(answers_page, desk.settings, actor, theme_id, page)


FEATURE = Feature(
    clicks={
        Action.SURVEY_THEME: theme_clicked,
        Action.THEME_ANSWER: answer_chosen,
        Action.THEME_ANSWERS: answers_clicked,
        Action.THEME_ANSWERS_PREVIOUS: answers_turned,
        Action.THEME_ANSWERS_NEXT: answers_turned,
        Action.THEME_CLOSE: close_clicked,
        Action.THEME_REOPEN: reopen_clicked,
        Action.THEMES_PREVIOUS: themes_turned,
        Action.THEMES_NEXT: themes_turned,
        Action.THEMES_UNMARKED: unmarked_turned,
        Action.THEMES_UNMARKED_PREVIOUS: unmarked_turned,
        Action.THEMES_UNMARKED_NEXT: unmarked_turned,
    },
    forms={Callback.SURVEY_THEME: theme_sent, Callback.THEME_CLOSE: close_sent},
    words={"themes": themes_asked},
)

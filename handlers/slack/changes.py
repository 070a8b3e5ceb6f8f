"""Changing a setting in Slack: the form, what is wrong with it, and going back to the file.

form ─► the reader of staysail.yml ─► checks against Slack and the database ─► saved, if it is still what was seen ─► counts at once
"""

from dataclasses import replace

from bot.admin.change import ChangedMeanwhile, Wish, change, reset
from bot.admin.checks import Checks, new_handles
from bot.errors import InvalidInput, Refused
from bot.messages import catalog as m
from bot.messages.actions import Action, AdminSection, Callback, Input
from bot.messages.catalog.admin import read_metadata
from bot.messages.mrkdwn import plain
from bot.settings import Settings
from bot.settings.changeable import CHANGEABLE, Changeable
from bot.settings.overrides import Changed
from bot.settings.reading import laid_over, read_settings
from bot.team.roles import Actor, must_be_admin
from handlers.slack.admin import show, show_in_place
from handlers.slack.desk import Desk, Mistakes, Replace, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Click, Submission

ADMINS = "roles.admins"
LAST = "nobody of ours would be an admin any more (name at least one active member, or a user group with members)"
YOURSELF = "You yourself would no longer be an admin. Send it again if that is what you want."
MEANWHILE = "This was changed meanwhile. Send yours again to put it in its place."


async def edit_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    await desk.live.refresh()
    one = _changeable(click.value)
    return _form(one, desk.settings, one.typed(desk.settings), click.reply_to)


def _changeable(key: str) -> Changeable:
    if key not in CHANGEABLE:
        raise Refused("This cannot be changed in Slack.")
    return CHANGEABLE[key]


def _form(one: Changeable, settings: Settings, typed: str, reply_to: str) -> m.AdminEditModal:
    return m.AdminEditModal(
        key=one.key,
        label=one.label,
        hint=one.hint,
        typed=typed,
        shown=one.fingerprint(settings),
        lines=one.typing.lines,
        optional=one.optional,
        choices=one.choices,
        reply_to=reply_to,
    )


async def edit_sent(desk: Desk, actor: Actor, form: Submission) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    await desk.live.refresh()
    about = read_metadata(form.metadata)
    one, typed = _changeable(about["key"]), form.text(Input.VALUE) or form.chosen(Input.VALUE) or ""
    before, wrong = desk.settings, list[str]()
    after = _checked(before, one, typed, actor, desk, wrong)
    if after is not None:
        wrong = await _world_mistakes(desk, one, before, after)
    if after is None or wrong:
        return Mistakes({Input.VALUE: plain("; ".join(wrong[:3]), 500)})
    again = replace(_form(one, before, typed, about["reply_to"]), shown=about["shown"])
    if about["sure"] != typed and await _leaves_admins(desk, actor, one.key, after):
        return replace(again, warning=YOURSELF, sure=typed)
    wish = Wish(one.key, about["shown"], actor.slack_id, desk.now(), one.read(typed))
    try:
        saved = await desk.database.run(change, before, wish)
    except ChangedMeanwhile as error:
        await desk.live.refresh()
        by = m.Person(slack_id=error.who) if error.who else None
        now = replace(again, shown=one.fingerprint(desk.settings), now=", ".join(error.now.splitlines()) or "none")
        return replace(now, warning=MEANWHILE, by=by)
    await _take_effect(desk, before)
    await show_in_place(about["reply_to"], await show(desk, AdminSection(one.section), _said(one, saved)))
    return None


def _checked(before: Settings, one: Changeable, typed: str, actor: Actor, desk: Desk, wrong: list[str]) -> Settings | None:
    """What the settings would be, by the reader of staysail.yml; None with what is `wrong`, in its words."""
    try:
        value = one.read(typed)
    except ValueError as error:
        wrong.append(str(error))
        return None
    wanted = Changed(one.key, value, actor.slack_id, actor.name, desk.now())
    others = [standing for key, standing in before.changed.items() if key != one.key]
    try:
        return read_settings(before.file, before.environment, [*others, wanted])
    except InvalidInput as error:
        wrong.extend(f"{finding.problem} ({finding.cure})" if finding.cure else finding.problem for finding in error.findings)
        return None


async def _world_mistakes(desk: Desk, one: Changeable, before: Settings, after: Settings) -> list[str]:
    checks = Checks(desk.client, desk.database, desk.directory)
    wrong = await checks.mistakes(one.key, before, after, desk.today)
    return [LAST] if not wrong and one.key == ADMINS and not await checks.admins(after) else wrong


async def _leaves_admins(desk: Desk, actor: Actor, key: str, after: Settings) -> bool:
    """The actor would no longer be an admin."""
    return key == ADMINS and actor.slack_id not in await Checks(desk.client, desk.database, desk.directory).admins(after)


async def _take_effect(desk: Desk, before: Settings) -> None:
    """In this process at once; the others look every few seconds. Who is in a new user group is read beside: the form must not wait."""
    await desk.live.refresh()
    if new_handles(before, desk.settings):
        desk.soon("people")


def _said(one: Changeable, saved: bool) -> str:
    return f"Saved: “{one.label}” counts from now on." if saved else f"“{one.label}” is so already: nothing was changed."


async def reset_clicked(desk: Desk, actor: Actor, click: Click) -> Reply:
    must_be_admin(actor, desk.settings.roles)
    await desk.live.refresh()
    key, _, seen = click.value.partition("@")
    one, before = _changeable(key), desk.settings
    after = laid_over(before, [standing for other, standing in before.changed.items() if other != key])
    if key == ADMINS and await _leaves_admins(desk, actor, key, after):
        raise Refused("The file does not name you as an admin. Another admin can go back to it, or you change the list with *Edit…*.")
    try:
        done = await desk.database.run(reset, before, Wish(key, seen, actor.slack_id, desk.now()))
    except ChangedMeanwhile:
        await desk.live.refresh()
        return Replace(await show(desk, AdminSection(one.section), "This was changed meanwhile; here is what counts now."))
    await _take_effect(desk, before)
    said = f"“{one.label}” is what the file says from now on." if done else f"“{one.label}” is what the file says already."
    return Replace(await show(desk, AdminSection(one.section), said))


FEATURE = Feature(
    clicks={Action.ADMIN_EDIT: edit_clicked, Action.ADMIN_RESET: reset_clicked},
    forms={Callback.ADMIN_EDIT: edit_sent},
)

"""What an admin has still to set up, each step with its cure in one line."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.accounts.signals import usage_source
from bot.accounts.sources import CRM
from bot.home.reader import Reader
from bot.letters.library import Letters
from bot.messages import catalog as m
from bot.messages.numbers import day
from bot.settings import Settings
from bot.team.channels import is_of
from models import Channel, Contact, OutboxMessage, Play, Source, Trace

UP_TO_DATE = timedelta(days=1)
"""What a source adds to `stale_after` before it counts as old: the day that is not over yet."""

UNFOLD = "to have them unfold, name the CRM's domain and update the app from its manifest:"
DISMISSED = "setup_dismissed"
DRY_RUN = "staysail playbook dry-run FILE"


def is_dismissed(session: Session, slack_id: str) -> bool:
    """Whether this admin has put the list away. It stands in the audit trail, as what else admins decide."""
    put_away = select(Trace.id).where(Trace.playbook.is_(None), Trace.what == DISMISSED, Trace.actor == slack_id).limit(1)
    return session.scalar(put_away) is not None


def dismiss(session: Session, slack_id: str, now: datetime) -> None:
    if not is_dismissed(session, slack_id):
        session.add(Trace(at=now, actor=slack_id, what=DISMISSED))


def setup_steps(session: Session, reader: Reader) -> tuple[m.SetupStep, ...]:
    """Empty once every step is done."""
    settings = reader.settings
    steps = (
        _crm(session),
        _usage(session, reader),
        _channel(session, settings),
        m.SetupStep("Managers", bool(settings.roles.managers), "name those who see the whole team:", ("roles.managers",)),
        m.SetupStep("E-mail", settings.email is not None, "to write to contacts, name a mail server:", ("email.url",)),
        _links(settings),
        _languages(session, settings),
        m.SetupStep("Links to the CRM", bool(settings.crm.domains), UNFOLD, ("crm.domains", "staysail manifest")),
        m.SetupStep("First playbook", _has_fired(session), "none has fired yet; this shows whom one would touch:", (DRY_RUN,)),
    )
    return () if all(step.done for step in steps) else steps


def _crm(session: Session) -> m.SetupStep:
    source = session.get(Source, CRM)
    if source is None or source.read_at is None:
        why = source.problem if source and source.problem else "no sweep has read it yet"
        return m.SetupStep("CRM", False, f"{why}; this says what is wrong:", ("staysail check",))
    return m.SetupStep(f"CRM, {source.rows:,} accounts", source.problem is None, f"{source.problem}; correct", ("crm",))


def _usage(session: Session, reader: Reader) -> m.SetupStep:
    if not reader.settings.metrics:
        return m.SetupStep("Usage", False, "name the tables that say how the product is used:", ("usage.metrics",))
    names = [usage_source(name) for name in reader.settings.metrics]
    newest = {source.name: source.newest_day for source in session.scalars(select(Source).where(Source.name.in_(names)))}
    oldest = reader.today - reader.settings.freshness.stale_after - UP_TO_DATE
    old = [name for name in names if (last := newest.get(name)) is None or last < oldest]
    if not old:
        return m.SetupStep("Usage", True)
    last = newest.get(old[0])
    return m.SetupStep("Usage", False, f"{old[0]} {f'ends on {day(last)}' if last else 'has no row yet'}: look at the export")


def _channel(session: Session, settings: Settings) -> m.SetupStep:
    """Reachable when Slack shows it to the app, or when something was posted there."""
    name = settings.channels.alerts
    shown = select(Channel.id).where(is_of(name), Channel.is_archived.is_(False)).limit(1)
    posted = select(OutboxMessage.id).where(OutboxMessage.channel == name, OutboxMessage.ts.is_not(None)).limit(1)
    done = session.scalar(shown) is not None or session.scalar(posted) is not None
    return m.SetupStep(f"Channel {name}", done, f"Slack shows the app no {name}: create it, correct the name, or /invite the app there")


def _links(settings: Settings) -> m.SetupStep:
    needed = ("STAYSAIL_SECRET", "STAYSAIL_URL")
    missing = tuple(name for name in needed if not getattr(settings.environment, name.lower()))
    return m.SetupStep("Signed links", not missing, "without them no letter can be unsubscribed from; set", missing)


def _has_fired(session: Session) -> bool:
    return session.scalar(select(Play.id).limit(1)) is not None


def _languages(session: Session, settings: Settings) -> m.SetupStep:
    """Whether contacts are written to in their own language; those without one get the workspace's."""
    name = "Letters in the contacts' languages"
    if settings.email is None:
        return m.SetupStep(name, False, "comes with e-mail")
    letters = Letters(settings.letters, settings.links, settings.email.language)
    written = {code for letter in letters.names for code in letters.languages(letter)}
    language = func.lower(func.substr(Contact.locale, 1, 2))
    spoken = select(language).where(Contact.locale.is_not(None), Contact.gone_at.is_(None), Contact.opted_out.is_(False)).distinct()
    missing = sorted(code for code in session.scalars(spoken) if code and code not in {one[:2] for one in written})
    cure = f"none is written in {', '.join(missing[:8])}, so such contacts get the usual one; add folders under"
    return m.SetupStep(name, not missing, cure, ("letters",))

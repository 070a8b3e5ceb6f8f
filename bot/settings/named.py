"""The sections of staysail.yml that name things for conditions: segments, own fields, and the rules of health."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.accounts.catalogue import RESERVED, Kind
from bot.accounts.signals import OUR_NAMES
from bot.documents.check import check
from bot.documents.source import Source
from bot.documents.words import one_of, shown, written
from bot.settings.customer_forms import ReviewForm
from bot.settings.forms import HealthRuleForm
from bot.settings.model import Cadence, HealthRule, OwnField, Written

SEGMENT = re.compile(r"[a-z][a-z0-9_-]{0,59}")
FIELD = re.compile(r"[a-z][a-z0-9_]{0,59}")
DAY = timedelta(days=1)

OF_FIELDS = [kind for kind in Kind if kind is not Kind.unknown]


def read_segments(section: dict[str, Any], source: Source) -> dict[str, Written]:
    """The conditions by segment; what they say is checked when the signals are known."""
    found = {}
    for name, value in section.items():
        way, key = ("segments", name), f"segments.{name}"
        if not SEGMENT.fullmatch(name):
            source.wrong(way, f"{key}: the name cannot be used in a condition", "allowed: a-z first, then a-z, 0-9, - and _")
        elif name in RESERVED:
            source.wrong(way, f"{key}: the name is a word of the condition language", "choose another name")
        elif not isinstance(value, str | int | float) or not written(value).strip():
            source.wrong(way, f"{key}: found {_shown(value)}", "allowed: a condition, such as `arr > 50000`")
        else:
            found[name] = Written(written(value), f"{source.place(way)}: {key}")
    return found


def read_fields(section: dict[str, Any], source: Source) -> dict[str, OwnField]:
    found = {}
    for name, value in section.items():
        way, key = ("fields", name), f"fields.{name}"
        if not FIELD.fullmatch(name) or name in RESERVED:
            source.wrong(way, f"{key}: the name cannot be used in a condition", "allowed: a-z first, then a-z, 0-9 and _")
        elif name in OUR_NAMES:
            source.wrong(way, f"{key}: there is a signal `{name}` already", "choose another name")
        elif value not in OF_FIELDS:
            source.wrong(way, f"{key}: found {_shown(value)}", one_of(str(value), [kind.value for kind in OF_FIELDS]))
        else:
            found[name] = OwnField(Kind(value), f"{source.place(way)}: {key}")
    return found


def read_health(section: dict[str, Any], source: Source) -> dict[str, tuple[HealthRule, ...]]:
    """The rules of each stage."""
    found = {}
    for stage, rules in section.items():
        if not isinstance(rules, list) or not rules:
            cure = "allowed: a list such as [{when: active_users.ratio >= 0.9, points: 40}]"
            source.wrong(("health", stage), f"health.{stage}: found {_shown(rules)}", cure)
            continue
        found[stage.lower()] = tuple(rule for at, value in enumerate(rules) if (rule := _rule(value, stage, at, source)))
    return found


def _rule(value: Any, stage: str, at: int, source: Source) -> HealthRule | None:
    way = ("health", stage, at)
    form = check(HealthRuleForm, value, way, source)
    return HealthRule(Written(form.when, f"{source.place((*way, 'when'))}: health.{stage}"), form.points) if form else None


def read_reviews(rules: Sequence[Any], source: Source) -> tuple[Cadence, ...]:
    """How often which accounts have which review."""
    return tuple(found for at, value in enumerate(rules) if (found := _cadence(value, at, source)))


def _cadence(value: Any, at: int, source: Source) -> Cadence | None:
    way = ("reviews", at)
    form = check(ReviewForm, value, way, source)
    if form is None:
        return None
    for key in ("every", "ahead"):
        length: timedelta = getattr(form, key)
        if length < DAY or length % DAY:
            source.wrong((*way, key), f"`{key}`: found less than, or not, whole days", "allowed: days or weeks, such as 90d")
    if form.ahead >= form.every:
        source.wrong((*way, "ahead"), "`ahead` is not shorter than `every`", "make it shorter: reviews would always be due")
    elif form.sooner_when and form.ahead.days >= form.every.days // 2:
        problem = "`ahead` is not shorter than half of `every`, which counts while `sooner_when` holds"
        source.wrong((*way, "ahead"), problem, "make it shorter: reviews would always be due")

    def written_at(key: str, text: str) -> Written:
        return Written(text, f"{source.place((*way, key))}: reviews[{at}].{key}")

    sooner = written_at("sooner_when", form.sooner_when) if form.sooner_when else None
    return Cadence(form.type, written_at("when", form.when), form.every.days, form.ahead.days, sooner)


def _shown(value: Any) -> str:
    return "nothing" if value in (None, "", [], {}) else shown(value)

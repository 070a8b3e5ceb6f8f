"""What a CalDAV server is asked, as XML."""

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import quote

DAV, CALDAV = "DAV:", "urn:ietf:params:xml:ns:caldav"
ETAG, DATA = f"{{{DAV}}}getetag", f"{{{CALDAV}}}calendar-data"
IS_CALENDAR = f".//{{{DAV}}}resourcetype/{{{CALDAV}}}calendar"
PRIVILEGES = f".//{{{DAV}}}current-user-privilege-set//{{{DAV}}}privilege/*"
WRITING = frozenset({f"{{{DAV}}}{name}" for name in ("all", "write", "write-content", "bind")})
WHEN = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
WANTED = ("UID", "SEQUENCE", "DTSTAMP", *WHEN, "TRANSP", "STATUS", "ATTENDEE")
"""Of an event, to know when somebody is busy: no title, no text, no place. Servers may send more; it is not read."""

_HEAD = f'<?xml version="1.0" encoding="utf-8"?>\n<C:{{0}} xmlns:D="{DAV}" xmlns:C="{CALDAV}">{{1}}</C:{{0}}>'
_FIELDS = "".join(f'<C:prop name="{name}"/>' for name in WANTED)
_EVENTS = '<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">{0}</C:comp-filter></C:comp-filter></C:filter>'
_PARTS = (
    '<D:prop><C:calendar-data><C:comp name="VCALENDAR"><C:prop name="VERSION"/>'
    f'<C:comp name="VEVENT">{_FIELDS}</C:comp><C:comp name="VTIMEZONE"><C:allprop/><C:allcomp/></C:comp>'
    "</C:comp></C:calendar-data></D:prop>"
)
ABOUT = (
    f'<?xml version="1.0" encoding="utf-8"?>\n<D:propfind xmlns:D="{DAV}">'
    "<D:prop><D:resourcetype/><D:current-user-privilege-set/></D:prop></D:propfind>"
)


def in_span(start: datetime, end: datetime) -> str:
    """Events of which a time lies there; whole series, for not every server expands them as RFC 4791 (9.6.5) says."""
    return _HEAD.format("calendar-query", _PARTS + _EVENTS.format(_range(start, end)))


def free_busy(start: datetime, end: datetime) -> str:
    return _HEAD.format("free-busy-query", _range(start, end))


def by_uid(uid: str) -> str:
    same = f'<C:prop-filter name="UID"><C:text-match collation="i;octet">{escape(uid)}</C:text-match></C:prop-filter>'
    return _HEAD.format("calendar-query", "<D:prop><D:getetag/><C:calendar-data/></D:prop>" + _EVENTS.format(same))


def _range(start: datetime, end: datetime) -> str:
    first, last = (f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}" for moment in (start, end))
    return f'<C:time-range start="{first}" end="{last}"/>'


def found(answer: Any) -> Mapping[str, tuple[str, str]]:
    """Calendar objects by their paths, each with its ETag."""
    if answer.tree is None:
        return {}
    objects = answer.find_objects_and_props().items()
    told = {quote(path, safe="/@:+~!$&'()*,;="): (_text(props, DATA), _text(props, ETAG)) for path, props in objects}
    return {path: pair for path, pair in told.items() if pair[0]}


def _text(props: Mapping[str, Any], name: str) -> str:
    return (props[name].text or "") if name in props else ""

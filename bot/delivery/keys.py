"""Dedup keys: one per thing that may be seen once. The outbox refuses a second row with the same key.

    answers:<alert>     the card of a customer's answers to a survey
    breaker:<breaker>   the notice that alerts are held
    demotion:<playbook>:<moment>   the notice that a playbook lost its cards
    digest:<person>:<day>   a person's morning
    effect:<play>:<n>   what a play's n-th effect sends: a card, a letter, a notice, a webhook call
    invitation:<id>     the letter with a survey's question
    invitation-reminder:<id>   the letter that reminds of it
    review:<review>     the message of a review's organizer
    review:<review>:<sequence>:<address>   what a calendar is told of a review
    theme:<dispatch>    the managers' card about a theme that grows or has come back
    writeback:<id>      the receipt of a change in the CRM
    unsent:<dispatch>   what the writer of a letter is told when it did not leave
    week:<day>          the managers' week
    written:<form>      a letter that a person sent off

The subject of a row (`alert:12`) says what it shows; the key says that there is only one such row.
"""

from datetime import date, datetime


def alert_subject(alert_id: int) -> str:
    return f"alert:{alert_id}"


def breaker_subject(breaker_id: int) -> str:
    return f"breaker:{breaker_id}"


def dispatch_subject(dispatch_id: int) -> str:
    return f"dispatch:{dispatch_id}"


def writeback_subject(writeback_id: int) -> str:
    return f"writeback:{writeback_id}"


def effect_key(play_id: int, number: int) -> str:
    return f"effect:{play_id}:{number}"


def invitation_key(invitation_id: int) -> str:
    return f"invitation:{invitation_id}"


def reminder_key(invitation_id: int) -> str:
    return f"invitation-reminder:{invitation_id}"


def answers_key(alert_id: int) -> str:
    return f"answers:{alert_id}"


def breaker_key(breaker_id: int) -> str:
    return f"breaker:{breaker_id}"


def writeback_key(writeback_id: int) -> str:
    return f"writeback:{writeback_id}"


def digest_key(slack_id: str, day: date) -> str:
    return f"digest:{slack_id}:{day}"


def week_key(day: date) -> str:
    return f"week:{day}"


def demotion_key(playbook: str, at: datetime) -> str:
    return f"demotion:{playbook}:{at.isoformat()}"


def theme_key(theme_id: int, told_at: datetime) -> str:
    """Of the dispatch: one for each time that the managers are told of a theme."""
    return f"theme:{theme_id}:{told_at.isoformat()}"


def theme_subject(dispatch_id: int) -> str:
    return f"theme:{dispatch_id}"


def review_subject(review_id: int) -> str:
    return f"review:{review_id}"


def review_key(review_id: int) -> str:
    return f"review:{review_id}"


def calendar_key(review_id: int, sequence: int, email: str) -> str:
    """`sequence` is the calendar's: each change is told once."""
    return f"review:{review_id}:{sequence}:{email.lower()}"


def written_key(form: str) -> str:
    """`form`: the random mark that the form got when it was opened."""
    return f"written:{form}"


def unsent_key(dispatch_id: int) -> str:
    return f"unsent:{dispatch_id}"


def read_subject(subject: str) -> tuple[str, int]:
    kind, _, number = subject.partition(":")
    return kind, int(number)

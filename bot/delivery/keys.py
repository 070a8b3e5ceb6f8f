"""Dedup keys: one per thing that may be seen once. The outbox refuses a second row with the same key.

    answers:<alert>     the card of a customer's answers to a survey
    answer:<participant>:<sequence>:<moment>:<answer>   what a review's organizer is told of somebody's answer
    brief:<review>:<sequence>   the dispatch that prepares a review's organizer
    breaker:<breaker>   the notice that alerts are held
    broken:<playbook>   the dispatch that says that a playbook does not compile, for as long as it does not
    demotion:<playbook>:<moment>   the notice that a playbook lost its cards
    digest:<person>:<day>   a person's morning
    removed:<playbook>:<moment>   the notice that its plays stand still: the file is gone, or does not compile
    effect:<play>:<n>   what a play's n-th effect sends: a card, a letter, a notice, a webhook call
    invitation:<id>     the letter with a survey's question
    invitation-reminder:<id>   the letter that reminds of it
    deck:<brief>        the dispatch that says that a review has no deck
    minutes:<review>:<address>   the dispatch with what was agreed in a review
    review:<review>     the message of a review's organizer
    review-held:<review>:<sequence>   the question whether a review was held
    review-event:<review>   its entry in the organizer's calendar (CalDAV)
    review:<review>:to:<channel>   the same message, for whoever looks after the meeting, or the account, since
    review:<review>:customer   the same message, once the customer has left
    review:<review>:<sequence>:<address>   what a calendar is told of a review
    theme:<dispatch>    the managers' card about a theme that grows or has come back
    writeback:<id>      the receipt of a change in the CRM
    unsent:<dispatch>   what the writer of a letter is told when it did not leave
    waiting:<dispatch>  what the writer of a letter that waits for its morning is told
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


def broken_key(playbook: str) -> str:
    return f"broken:{playbook}"


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


def handed_on_key(review_id: int, to: str) -> str:
    """`to`: who looks after it now that its organizer has left, or after the account since it was planned."""
    return f"review:{review_id}:to:{to}"


def customer_left_key(review_id: int) -> str:
    return f"review:{review_id}:customer"


def held_key(review_id: int, sequence: int) -> str:
    """One question for each time at which it was to be."""
    return f"review-held:{review_id}:{sequence}"


def held_subject(review_id: int) -> str:
    return f"review-held:{review_id}"


def brief_key(review_id: int, sequence: int) -> str:
    return f"brief:{review_id}:{sequence}"


def brief_subject(dispatch_id: int) -> str:
    return f"brief:{dispatch_id}"


def deck_key(brief_id: int) -> str:
    """`brief_id`: the dispatch of the brief in whose thread it was to be."""
    return f"deck:{brief_id}"


def minutes_key(review_id: int, email: str) -> str:
    return f"minutes:{review_id}:{email.lower()}"


def event_key(review_id: int) -> str:
    return f"review-event:{review_id}"


def event_subject(review_id: int) -> str:
    return f"review-event:{review_id}"


def answer_key(participant_id: int, sequence: int, at: datetime, answer: str) -> str:
    """`at`: when they answered, by their own clock."""
    return f"answer:{participant_id}:{sequence}:{at.isoformat()}:{answer}"


def calendar_key(review_id: int, sequence: int, email: str) -> str:
    """`sequence` is the calendar's: each change is told once."""
    return f"review:{review_id}:{sequence}:{email.lower()}"


def written_key(form: str) -> str:
    """`form`: the random mark that the form got when it was opened."""
    return f"written:{form}"


def unsent_key(dispatch_id: int) -> str:
    return f"unsent:{dispatch_id}"


def waiting_key(dispatch_id: int) -> str:
    return f"waiting:{dispatch_id}"


def read_subject(subject: str) -> tuple[str, int]:
    kind, _, number = subject.partition(":")
    return kind, int(number)

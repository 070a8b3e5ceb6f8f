"""Dedup keys: one per thing that may be seen once. The outbox refuses a second row with the same key.

    breaker:<breaker>   the notice that alerts are held
    effect:<play>:<n>   what a play's n-th effect sends: a card, a letter, a notice, a webhook call

The subject of a row (`alert:12`) says what it shows; the key says that there is only one such row.
"""


def alert_subject(alert_id: int) -> str:
    return f"alert:{alert_id}"


def breaker_subject(breaker_id: int) -> str:
    return f"breaker:{breaker_id}"


def dispatch_subject(dispatch_id: int) -> str:
    return f"dispatch:{dispatch_id}"


def effect_key(play_id: int, number: int) -> str:
    return f"effect:{play_id}:{number}"


def breaker_key(breaker_id: int) -> str:
    return f"breaker:{breaker_id}"


def read_subject(subject: str) -> tuple[str, int]:
    kind, _, number = subject.partition(":")
    return kind, int(number)

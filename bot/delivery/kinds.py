"""What a dispatch is."""

LETTER, NOTICE, WEBHOOK, REMOVED, UNSENT, WAITING = "letter", "notice", "webhook", "removed", "unsent", "waiting"
DECK = "deck"
REVIEW_ANSWER = "review_answer"

"""What a dispatch is."""

LETTER, NOTICE, WEBHOOK, REMOVED, UNSENT = "letter", "notice", "webhook", "removed", "unsent"
DECK = "deck"
REVIEW_ANSWER = "review_answer"

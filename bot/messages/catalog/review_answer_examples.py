"""What organizers hear of answers to their invitations."""

from dataclasses import replace

from bot.messages.catalog.example_cast import HOSTILE, NORTHWIND, NOW, hours
from bot.messages.catalog.message import Message
from bot.messages.catalog.review_answers import ReviewAnswerNotice
from bot.messages.catalog.reviews import Invited, ReviewType

MARTA = Invited("Marta Silva", "marta@northwind.example", answer="declined", comment="I am away until Monday.\nCould it be the week after?")
DECLINED = ReviewAnswerNotice(review_id=7, type=ReviewType.QBR, account=NORTHWIND, at=NOW + hours(80), who=MARTA)
MAY_COME = replace(MARTA, answer="tentative", comment="")
EVIL = "<!channel> & *Co* \u202e`x` " + "very long " * 20
HARM = Invited(EVIL, EVIL, answer="declined", comment="<!channel> *x*\n" * 90)

REVIEW_ANSWER_EXAMPLES: dict[str, Message] = {
    "review-answer": DECLINED,
    "review-answer-nobody-left": replace(DECLINED, who=replace(MARTA, comment=""), alone=True),
    "review-answer-another-time": replace(DECLINED, who=MAY_COME, countered=True, proposed=NOW + hours(200)),
    "review-answer-another-time-unread": replace(DECLINED, who=MAY_COME, countered=True),
    "review-answer-delegated": replace(DECLINED, who=replace(MARTA, answer="delegated", comment=""), delegate="lee@northwind.example"),
    "review-answer-after-all": replace(DECLINED, who=Invited("Anna Lind", "anna@ours.example", "U0ANNA", "accepted")),
    "review-answer-taken-back": replace(DECLINED, who=replace(MARTA, answer="needs-action", comment="")),
    "review-answer-moved": replace(DECLINED, moved_to=NOW + hours(200)),
    "review-answer-cancelled": replace(DECLINED, cancelled=True, over=True),
    "review-answer-over": replace(DECLINED, over=True),
    "review-answer-hostile": replace(DECLINED, account=HOSTILE, who=HARM, delegate=EVIL, countered=True, alone=True),
}

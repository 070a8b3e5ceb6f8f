"""Every message that Staysail can say, as plain facts.

The wording is in `templates/`; examples stand beside each module (`card_examples`, `modal_examples` and so on).
A module is loaded when the first of its names is asked for: a sweep says next to nothing, and all of them take a tenth of a second.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.messages.catalog.admin import *
    from bot.messages.catalog.answers import *
    from bot.messages.catalog.audit import *
    from bot.messages.catalog.cards import *
    from bot.messages.catalog.details import *
    from bot.messages.catalog.digest import *
    from bot.messages.catalog.duty import *
    from bot.messages.catalog.facts import *
    from bot.messages.catalog.home import *
    from bot.messages.catalog.look_up import *
    from bot.messages.catalog.message import *
    from bot.messages.catalog.modals import *
    from bot.messages.catalog.playbooks import *
    from bot.messages.catalog.review_answers import *
    from bot.messages.catalog.review_brief import *
    from bot.messages.catalog.review_deck import *
    from bot.messages.catalog.review_due import *
    from bot.messages.catalog.review_held import *
    from bot.messages.catalog.review_report import *
    from bot.messages.catalog.reviews import *
    from bot.messages.catalog.rooms import *
    from bot.messages.catalog.survey_report import *
    from bot.messages.catalog.surveys import *
    from bot.messages.catalog.themes import *
    from bot.messages.catalog.why import *
    from bot.messages.catalog.write_back import *
    from bot.messages.catalog.writing import *

NAMES = {
    "admin": (
        "AdminAnswer AdminBreakers AdminConnectors AdminDropModal AdminEditModal AdminLetters AdminOverview AdminSettings "
        "ConnectorLine SettingLine"
    ),
    "answers": (
        "AccountAnswer AccountChoice AlertLine DeadLetter HelpAnswer Hit JobLine RisksAnswer Said SourceLine StatusAnswer TeamAnswer "
        "TeamLine"
    ),
    "audit": "AuditAnswer AuditLine AuditSearch AuditSearchModal read_audit_value",
    "cards": (
        "AccountCard AlertCard BreakerKind BreakerNotice ChurnRiskCard Decision Missing PlayOnCard PlaybookNotice "
        "PlaybookRemovedNotice ReasonOnCard RoomOnCard"
    ),
    "details": "Answer ChartFact CrmChange LiveFacts Loop MailLine MailState MissingSource NoteLine SurveyAnswer Ticket",
    "digest": "ClosedLine DemotionNotice Digest DigestLine NoisyPlaybook WaitingLine Week WeekFigures",
    "duty": "AwayAnswer BackSummary MovedSummary Reminder ReminderList Stage StandInSummary TaskModal",
    "facts": (
        "Account AccountFacts CardName Cause Change Condition Contact DataAge Did HistoryLine Money Person Precision Reason Side "
        "Signal SignalValue State Worse"
    ),
    "home": "AccountModal AccountSummary Day DayLine HomeClosed HomeState HomeView RisksModal SetupStep TeamModal TeamNumbers",
    "look_up": "AccountUnfurl LogModal NoteOrigin SummaryAnswer SummaryChoice",
    "message": "Home Message Modal",
    "modals": "AlertModal AssignModal DetailsModal DismissModal EarlierAlert NoticeModal ResolveModal SnoozeModal WhyModal WhyReason",
    "playbooks": ("Count DryRunAnswer Mode PlayLine PlaybookAnswer PlaybookLine PlaybooksAnswer PromoteModal StartQuestion StepLine"),
    "review_answers": "ReviewAnswerNotice",
    "review_brief": "BriefChart ReviewBrief",
    "review_deck": "ReviewDeckNote ReviewDeckUnmade",
    "review_due": "LastReview ReviewDueCard SkipReviewModal",
    "review_held": "AgreedTask Attendee HeldMessage HeldModal NoShowModal TaskRow",
    "review_report": (
        "Coverage CsmReviews DueReview Feed MonthFact NoShows PastReview PlannedReview ReviewsChart ReviewsMine ReviewsOverdue "
        "ReviewsTeam ReviewsView"
    ),
    "reviews": "CancelReviewModal Doubt Elsewhere Invited NextReview ProposedTime ReviewMessage ReviewModal ReviewType Warned",
    "rooms": (
        "EscalateModal Helper Picture RoomBrief RoomCloseModal RoomEnd RoomOutcome RoomReturnModal RoomState RoomWord Share Told "
        "Urgency Word"
    ),
    "survey_report": (
        "AskedFacts BandShare Breakdown GroupFact HeldCount LoopFacts QuarterFact QuoteFact SurveyChart SurveyFigure SurveyLine "
        "SurveyList SurveyReport ThemeCount"
    ),
    "surveys": "CloseLoopModal Favour SurveyCard",
    "themes": (
        "Affected Back Closing ThemeAnswersModal ThemeCard ThemeChoice ThemeCloseModal ThemeForm ThemeLine ThemeModal ThemedAnswer "
        "ThemesAnswer UnmarkedAnswer"
    ),
    "why": "NotAsked PlaybookVerdict Verdict WhyAnswer",
    "write_back": "FieldChange WritebackModal WritebackReceipt WritebackState",
    "writing": (
        "Barred Fullness Language LastLetter LetterChoice LetterUnsentNotice LetterWaitingNotice Recipient WriteModal WritePreviewModal"
    ),
}
"""What each module says."""
_WHERE = {name: module for module, names in NAMES.items() for name in names.split()}
__all__ = list(_WHERE)

if not TYPE_CHECKING:  # or else mypy would believe any name

    def __getattr__(name: str) -> Any:
        if name not in _WHERE:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = globals()[name] = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
        return found

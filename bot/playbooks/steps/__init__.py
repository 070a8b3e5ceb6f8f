"""The steps a playbook may take, each with the typed spec of its YAML mapping. A step is registered here.

A step's type is the key of its mapping that stands in `STEPS`; the whole mapping is then checked by that spec.
"""

from typing import Final

from bot.playbooks.steps.branch import IfStep
from bot.playbooks.steps.card import CardStep
from bot.playbooks.steps.email import EmailStep
from bot.playbooks.steps.goal import GoalStep
from bot.playbooks.steps.notify import NotifyStep
from bot.playbooks.steps.repeat import RepeatStep
from bot.playbooks.steps.set import SetStep
from bot.playbooks.steps.split import SplitStep
from bot.playbooks.steps.start import StartStep
from bot.playbooks.steps.step import CONTACT, MANAGERS, OWNER, Step, StepContext
from bot.playbooks.steps.stop import StopStep
from bot.playbooks.steps.survey import SurveyStep
from bot.playbooks.steps.task import TaskStep
from bot.playbooks.steps.wait import WaitStep, event_in_words
from bot.playbooks.steps.webhook import WebhookStep

STEPS: Final[dict[str, type[Step]]] = {
    "card": CardStep,
    "email": EmailStep,
    "survey": SurveyStep,
    "wait": WaitStep,
    "if": IfStep,
    "repeat": RepeatStep,
    "split": SplitStep,
    "set": SetStep,
    "task": TaskStep,
    "notify": NotifyStep,
    "webhook": WebhookStep,
    "start": StartStep,
    "goal": GoalStep,
    "stop": StopStep,
}

__all__ = [
    "CONTACT",
    "MANAGERS",
    "OWNER",
    "STEPS",
    "CardStep",
    "EmailStep",
    "GoalStep",
    "IfStep",
    "NotifyStep",
    "RepeatStep",
    "SetStep",
    "SplitStep",
    "StartStep",
    "Step",
    "StepContext",
    "StopStep",
    "SurveyStep",
    "TaskStep",
    "WaitStep",
    "WebhookStep",
    "event_in_words",
]

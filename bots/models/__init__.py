"""What the assistant keeps: its settings, its detectors, and what it learns."""

from bots.models.calibration import Calibration
from bots.models.detectors import Detector, DetectorExample
from bots.models.learning import AnswerReport, GapQuestion, KnowledgeGap, QuestionSuggestion
from bots.models.openings import Opening
from bots.models.phrases import Moment, ReplyPhrase
from bots.models.scenarios import (
    Expected,
    Scenario,
    ScenarioResult,
    ScenarioRun,
    ScenarioTurn,
    TurnVectors,
)
from bots.models.settings import AssistantSettings
from bots.models.similar import MacroVector, TicketVector
from bots.models.tasks import RunState, Task, TaskFact, TaskRun
from bots.models.words import LanguageTexts, Words

__all__ = [
    "AnswerReport",
    "AssistantSettings",
    "Calibration",
    "Detector",
    "DetectorExample",
    "Expected",
    "GapQuestion",
    "KnowledgeGap",
    "LanguageTexts",
    "MacroVector",
    "Moment",
    "Opening",
    "QuestionSuggestion",
    "ReplyPhrase",
    "RunState",
    "Scenario",
    "ScenarioResult",
    "ScenarioRun",
    "ScenarioTurn",
    "Task",
    "TaskFact",
    "TaskRun",
    "TicketVector",
    "TurnVectors",
    "Words",
]

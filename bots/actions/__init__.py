"""What may be done with what the assistant learns from. Keyword-only, the actor first, one transaction."""

from bots.actions.calibrations import dismiss_calibration, propose_calibration, use_calibration
from bots.actions.examples import add_example, teach_detector, write_sentences
from bots.actions.gaps import (
    cover_gap,
    dismiss_gap,
    file_question,
    reopen_gap,
    replace_centroid,
    start_article,
)
from bots.actions.reports import decide_report, release_article, report_answer
from bots.actions.scenarios import (
    NewTurn,
    keep_scenario,
    keep_vectors,
    publish_anyway,
    record_run,
)
from bots.actions.suggestions import approve_question, decline_question, propose_question
from bots.actions.tasks import (
    do_for_customer,
    end_for_agent,
    end_run,
    fail_run,
    go_on_when_proved,
    take_step,
)

__all__ = [
    "NewTurn",
    "add_example",
    "approve_question",
    "cover_gap",
    "decide_report",
    "decline_question",
    "dismiss_calibration",
    "dismiss_gap",
    "do_for_customer",
    "end_for_agent",
    "end_run",
    "fail_run",
    "file_question",
    "go_on_when_proved",
    "keep_scenario",
    "keep_vectors",
    "propose_calibration",
    "propose_question",
    "publish_anyway",
    "record_run",
    "release_article",
    "reopen_gap",
    "replace_centroid",
    "report_answer",
    "start_article",
    "take_step",
    "teach_detector",
    "use_calibration",
    "write_sentences",
]

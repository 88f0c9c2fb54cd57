"""The routes of the assistant's part of the workspace."""

from django.urls import path

from bots.workspace import copilot, correcting, doing, questions, reports, scenarios, similar

urlpatterns = [
    path("questions/", questions.questions, name="workspace-questions"),
    path(
        "questions/<int:pk>/",
        questions.decide_question,
        name="workspace-decide-question",
    ),
    path(
        "<str:reference>/answers/<int:position>/report/",
        reports.report,
        name="workspace-report",
    ),
    path("<str:reference>/scenario/", scenarios.keep, name="workspace-keep-scenario"),
    path("<str:reference>/tasks/", doing.tasks, name="workspace-tasks"),
    path("<str:reference>/tasks/<slug:key>/", doing.do, name="workspace-do-task"),
    path("<str:reference>/similar/", similar.similar, name="workspace-similar"),
    path("<str:reference>/copilot/", copilot.copilot, name="workspace-copilot"),
    path("<str:reference>/copilot/ask/", copilot.ask, name="workspace-ask"),
    path("<str:reference>/copilot/summary/", copilot.summarise, name="workspace-summary"),
    path("<str:reference>/copilot/use/", copilot.use, name="workspace-use-suggestion"),
    path("<str:reference>/copilot/language/", copilot.look_at_language, name="workspace-language"),
    path("<str:reference>/readings/<int:position>/", correcting.correct, name="workspace-correct"),
]

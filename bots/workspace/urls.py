"""The routes of the assistant's part of the workspace."""

from django.urls import path

from bots.workspace import correcting, questions, reports, similar

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
    path("<str:reference>/similar/", similar.similar, name="workspace-similar"),
    path("<str:reference>/readings/<int:position>/", correcting.correct, name="workspace-correct"),
]

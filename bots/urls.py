"""The assistant's part of the workspace: reporting a wrong answer, and what articles may learn."""

from django.urls import path

from bots import workspace

urlpatterns = [
    path("questions/", workspace.questions, name="workspace-questions"),
    path("questions/<int:pk>/", workspace.decide_question, name="workspace-decide-question"),
    path(
        "<str:reference>/answers/<int:position>/report/",
        workspace.report,
        name="workspace-report",
    ),
]

"""Asks the assistant what it would answer. It is only played: no conversation begins by it."""

from __future__ import annotations

from rest_framework.request import Request
from rest_framework.response import Response

from bots.api.shown import PreviewOut, QuestionQuery, preview
from bots.rehearsal import play
from tickets.api.schema import operation
from tickets.api.views.base import ApiView
from tickets.models import Scope


class AnswerPreview(ApiView):
    scopes = {"GET": Scope.ASSISTANT_ASK}
    query = {"GET": QuestionQuery}

    @operation(
        "Ask the assistant",
        "What a customer would read who asks this first, how sure the assistant is, from which sections "
        "of articles, and which rule would ask for a person. Nothing is stored.",
        scope=Scope.ASSISTANT_ASK,
        query=QuestionQuery,
        answer=PreviewOut,
    )
    def get(self, request: Request) -> Response:
        (played,) = play([self.parameters["q"]])
        return Response(PreviewOut(preview(played)).data)

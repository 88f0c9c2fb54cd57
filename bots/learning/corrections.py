"""What agents correct about a message becomes examples of the detectors that were wrong."""

from __future__ import annotations

from bots import actions, telling
from bots.models import Detector
from tickets import events
from tickets.actors import Actor
from tickets.models import Event, EventKind, Message, Reading

TOPICS = "sensitive"
# Which detectors a field is about; all others are signals.
KINDS = {TOPICS: Detector.Kind.SENSITIVE, "topic": Detector.Kind.TOPIC}
WHOLE = 200  # characters; a short message is one example


def subscribe() -> None:
    events.subscribe(
        EventKind.READING_CORRECTED,
        name="assistant.learn",
        settle=learn,
    )


def learn(event: Event, result: object) -> None:
    """A detector that saw what is not there, or missed what is, gets the sentence as an example."""
    message = (
        Message.objects.filter(ticket=event.ticket_id, position=event.data["message"])
        .select_related("reading")
        .first()
    )
    if message is None:
        return
    field = event.data["field"]
    changed = _changed(field, event.data["from"], event.data["to"])
    kind = KINDS.get(field, Detector.Kind.SIGNAL)
    for detector in Detector.objects.filter(slug__in=changed, kind=kind):
        positive = changed[detector.slug]
        for sentence in _sentences(message, field, positive=positive):
            actions.add_example(
                actor=Actor.assistant(),
                detector=detector,
                sentence=sentence,
                positive=positive,
                message=message,
            )


def _changed(field: str, before: object, to: object) -> dict[str, bool]:
    """By short name of a detector, whether it should have noticed something."""
    if field == TOPICS:
        was, now = set(_names(before)), set(_names(to))
        return {slug: slug in now for slug in was ^ now}
    if isinstance(before, bool) or isinstance(to, bool):
        return {field: bool(to)}
    # "angry", or "urgent_outage": a detector of one value is called by it, or by both.
    found: dict[str, bool] = {}
    for value, positive in ((before, False), (to, True)):
        if isinstance(value, str) and value:
            found |= {value: positive, f"{field}_{value}": positive}
    return found


def _names(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _sentences(message: Message, field: str, *, positive: bool) -> list[str]:
    """The sentences that it is about: those cited for it, else the message or what it tells most."""
    if not positive and hasattr(message, "reading"):
        reading: Reading = message.reading
        cited = [str(words) for words in reading.values.get(field, {}).get("evidence", [])]
        around = [
            sentence
            for sentence in telling.sentences(message.body)
            if any(words.lower() in sentence.lower() for words in cited if words)
        ]
        if around:
            return around[:3]
    body = " ".join(message.body.split())
    if len(body) <= WHOLE:
        return [body] if body else []
    told = telling.wish(message.body, limit=WHOLE)
    return [told] if told else []

"""Sentences that a detector learns from."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from bots.models import Detector, DetectorExample, Task
from tickets.actions import change_setting
from tickets.actors import Actor
from tickets.models import Message


@transaction.atomic
def add_example(
    *, actor: Actor, detector: Detector, sentence: str, positive: bool, message: Message
) -> DetectorExample | None:
    """Let a detector learn from a sentence that an agent corrected; what was said last counts.

    None for a sentence that an admin has put there by hand: that is theirs to change.
    """
    detector = Detector.objects.select_for_update().get(pk=detector.pk)
    sentence = sentence[:500]
    example = DetectorExample.objects.filter(detector=detector, text=sentence).first()
    if example is not None and example.source == DetectorExample.Source.ADMIN:
        return None
    example = example or DetectorExample(detector=detector, text=sentence)
    example.positive = positive
    example.source = DetectorExample.Source.CORRECTION
    example.message = message
    example.save()
    detector.save(update_fields=["updated_at"])  # what is cached of it is old now
    return example


@transaction.atomic
def write_sentences(
    *, actor: Actor, task: Task, sentences: Sequence[str], others: Sequence[str]
) -> Detector:
    """What an admin says that customers write who want a task, and what is near and is not it.

    Its detector is made with the first of them. What agents corrected stays as it is.
    """
    detector = Detector.objects.select_for_update().filter(slug=task.key).first()
    if detector is None:
        detector = Detector(slug=task.key, kind=Detector.Kind.TASK)
        detector.name = f"Task: {task.name}"[:80]
        change_setting(actor=actor, instance=detector)
    before = sorted(str(example) for example in detector.examples.all())
    wanted = dict.fromkeys(others, False) | dict.fromkeys(sentences, True)
    own = detector.examples.filter(source=DetectorExample.Source.ADMIN)

    def save() -> None:
        own.exclude(text__in=wanted).delete()
        for sentence, positive in wanted.items():
            DetectorExample.objects.update_or_create(
                detector=detector,
                text=sentence,
                defaults={"positive": positive, "source": DetectorExample.Source.ADMIN},
            )
        detector.save(update_fields=["updated_at"])

    change_setting(actor=actor, instance=detector, save=save, many={"examples": before})
    return detector


@transaction.atomic
def teach_detector(*, actor: Actor, detector: Detector, sentence: str, positive: bool) -> Detector:
    """Let a detector learn from a sentence that an admin tried; it is on record as their change."""
    detector = Detector.objects.select_for_update().get(pk=detector.pk)
    before = sorted(str(example) for example in detector.examples.all())

    def save() -> None:
        DetectorExample.objects.update_or_create(
            detector=detector,
            text=sentence[:500],
            defaults={"positive": positive, "source": DetectorExample.Source.ADMIN},
        )
        detector.save(update_fields=["updated_at"])

    change_setting(actor=actor, instance=detector, save=save, many={"examples": before})
    return detector

"""What came of a turn, in words, and whether it is what must come of it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from bots.models import Expected, ScenarioTurn
from bots.rehearsal import Played
from bots.sources import Source
from knowledgebase.models import Article
from tickets.models import Decision, EscalationRule, Reason

LONGEST = 300  # characters of what is said to be broken


def broken(turn: ScenarioTurn, played: Played) -> str:
    """Why a turn is not as it must be; "" if it is."""
    if _is_met(turn, played):
        return ""
    said = _("It must be %(expected)s, and it was %(came)s.") % {
        "expected": turn.in_words,
        "came": came(played),
    }
    return " ".join(filter(None, [said, _gone(turn)]))[:LONGEST]


def _is_met(turn: ScenarioTurn, played: Played) -> bool:
    decision = played.outcome.decision
    match turn.expected:
        case Expected.ANSWERED:
            articles = [source.article_id for source in _quoted(played)]
            return decision == Decision.ANSWER and turn.article_id in articles
        case Expected.OFFERED:
            return decision == Decision.OFFER and turn.article_id in played.sources
        case Expected.ASKED_BACK:
            return decision == Decision.CLARIFY
        case Expected.HANDED_OVER:
            return decision == Decision.HAND_OVER and _by_whom(turn, played)
        case Expected.NOT_ANSWERED:
            return decision != Decision.ANSWER
        case Expected.REPLIED:
            return decision == Decision.ANSWER and not _quoted(played)
        case Expected.TASK:
            return _is_task(turn, played)
    return False


def _is_task(turn: ScenarioTurn, played: Played) -> bool:
    """Whether the task of the turn was begun, or gone on with, and knows the facts of the turn."""
    thought = played.turned.thought
    if thought is None or thought.step is None or played.task != turn.task_key:
        return False
    known = thought.step.facts
    return all(known.get(key) == value for key, value in turn.facts.items())


def _by_whom(turn: ScenarioTurn, played: Played) -> bool:
    """Whether the rule that handed over, and the reason, are those of the turn."""
    fired = played.outcome.rule
    if turn.rule_name and (fired is None or fired.rule.pk != turn.rule_id):
        return False
    return not turn.reason or turn.reason == reason_of(played)


def reason_of(played: Played) -> str:
    """Why a person was asked for; "" if none was."""
    if played.outcome.decision != Decision.HAND_OVER:
        return ""
    if played.outcome.rule is not None:
        return played.outcome.rule.rule.reason
    thought = played.turned.thought
    return str(thought.hand_over) if thought is not None and thought.hand_over else ""


def came(played: Played) -> str:
    """What came of a turn, in a line."""
    match played.outcome.decision:
        case Decision.ANSWER:
            quoted = _quoted(played)
            if not quoted:
                return _("a reply without an article")
            return _("answered from %(articles)s") % {"articles": _titles(quoted)}
        case Decision.OFFER:
            return _("an offer of %(articles)s") % {"articles": _titles(_shown(played))}
        case Decision.CLARIFY:
            return _("asked back")
        case Decision.TASK if played.turned.thought is not None and played.turned.thought.step:
            step = played.turned.thought.step
            facts = ", ".join(f"{key}: {value}" for key, value in step.facts.items())
            words = {"task": step.task.name, "facts": f" ({facts})" if facts else ""}
            return _("the task “%(task)s”%(facts)s") % words
    reason = reason_of(played)
    label = str(Reason(reason).label).lower() if reason in Reason.values else reason
    if played.outcome.rule is None:
        return _("handed over: %(reason)s") % {"reason": label}
    return _("handed over by the rule “%(rule)s”: %(reason)s") % {
        "rule": played.outcome.rule.rule.name,
        "reason": label,
    }


def why(played: Played) -> list[str]:
    """What led to it: what the assistant thought, and each rule that held with what showed it."""
    thought = played.turned.thought
    fired = [
        _("the rule “%(rule)s” held: %(evidence)s")
        % {"rule": each.rule.name, "evidence": ", ".join(each.evidence)}
        for each in played.turned.verdict.firings
    ]
    return [*(thought.reasons if thought else []), *fired]


def _gone(turn: ScenarioTurn) -> str:
    """What the turn names and is there no more, or not in use."""
    article = turn.article
    if turn.article_name and article is None:
        return _("“%(article)s” was deleted.") % {"article": turn.article_name}
    if article is not None and article.state != Article.State.PUBLISHED:
        return _("“%(article)s” is not public.") % {"article": turn.article_name}
    if article is not None and not article.assistant_may_use:
        return _("“%(article)s” is held back from the assistant.") % {"article": turn.article_name}
    rule: EscalationRule | None = turn.rule
    if turn.rule_name and rule is None:
        return _("The rule “%(rule)s” was deleted.") % {"rule": turn.rule_name}
    if rule is not None and not rule.active:
        return _("The rule “%(rule)s” is switched off.") % {"rule": turn.rule_name}
    return ""


def _shown(played: Played) -> Sequence[Source]:
    thought = played.turned.thought
    return thought.sources if thought is not None and played.outcome.rule is None else []


def _quoted(played: Played) -> list[Source]:
    return [source for source in _shown(played) if source.quoted]


def _titles(sources: Sequence[Source]) -> str:
    titles = dict.fromkeys(source.title for source in sources)
    return ", ".join(_("“%(title)s”") % {"title": title} for title in titles)

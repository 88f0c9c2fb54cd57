"""Thanks, and that it is fine: words that ask nothing, so that there is nothing to look for."""

from __future__ import annotations

import re

MOST_WORDS = 14
LONGEST = 400
_WORD = re.compile(r"[^\W\d_]+")
# One of these has to be there ...
_THANKS = """
thank thanks thx ty cheers ta great perfect ok okay okey alright brilliant lovely super awesome
wonderful excellent cool bye goodbye dank danke dankeschön prima merci gracias grazie bedankt dankjewel
dankuwel dziękuję dzięki obrigado obrigada tack tak teşekkürler teşekkür
"""
# ... and nothing but these beside it.
_BESIDE = """
you so very much a lot lots many again for your the help helping quick reply answer answers that this
it s is was all i we need needed got have has had good fine nice one right now works worked solved
sorted and then to know no more questions nothing else yes yeah yep will ll do try m am are happy day
evening weekend too well really kind of see appreciate appreciated
vielen und ihre hilfe für die das ist war alles klar schön sehr gut gerne tag noch einen schönen ihnen
dir beaucoup pour votre aide muchas por su ayuda mille molte voor de hulp je u wel bardzo za pomoc
muito muita pela ajuda så mycket hjälpen mange hjælpen ederim çok
"""
_CORE = frozenset(_THANKS.split())
_ALLOWED = _CORE | frozenset(_BESIDE.split())


def is_courtesy(text: str) -> bool:
    """Whether a message says no more than thanks, or that it is fine."""
    if "?" in text or len(text) > LONGEST:
        return False
    words = [word.casefold() for word in _WORD.findall(text)]
    if len(words) > MOST_WORDS:
        return False
    return any(word in _CORE for word in words) and all(word in _ALLOWED for word in words)

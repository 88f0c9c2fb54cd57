"""Who begins to speak, and what a flood of them meets: a question, never a closed door.

Many who share an address of the network may be an office, or a script. So nobody is refused:

- New visitors from one address, beyond a generous number, press one more button (a proof that costs
  a person a moment), and beyond a very generous one wait for their turn. Their words stay on the page.
- Whoever is known already and opens one conversation after the other goes on in the newest of theirs.
"""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from limits import parse

from tickets import access, actions
from tickets.intake import limits
from tickets.models import Customer, Ticket, User
from tickets.web.refusals import refusal

PROOF = "proof"  # the field of the form
PROOF_SECONDS = 3600
ONCE = parse("1/hour")
_SALT = "tickets.proof"


class OneMorePress(Exception):
    """A person would have to press one more button first; or, with `wait`, to wait for a moment."""

    def __init__(self, wait: int = 0) -> None:
        super().__init__(wait)
        self.wait = wait

    def page(self, request: HttpRequest) -> HttpResponse:
        """The page with that button, and the words that were sent."""
        message = _(
            "Many people are writing to us from your network at the moment. Press the button, so that "
            "we know that you are a person."
        )
        if self.wait:
            message = _(
                "Very many people are writing to us from your network at the moment. Please wait a "
                "moment, and then press the button."
            )
        proof = signing.dumps(get_random_string(22), salt=_SALT)
        return refusal(
            request,
            status=429,
            code="one_more_press",
            message=message,
            title=_("Are you a person?"),
            button=_("I am a person, go on"),
            extra={PROOF: proof},
            retry_after=self.wait or 1,
        )


def speaker(request: HttpRequest) -> Customer:
    """The customer behind the request, made if this is somebody new who now begins to speak.

    Raises OneMorePress if somebody new has to show first that they are a person.
    """
    actor = access.actor_of(request)
    if actor.customer is not None:
        return actor.customer
    if isinstance(request.user, User):  # staff, or a log-in that never asked anything
        return actions.join_account(actor=actor, user=request.user, visitor=None)
    _let_in(request)
    language = _browser_language(request)
    browser = access.browser_of(request)
    if browser:
        visitor = actions.first_contact(actor=actor, browser=browser, language=language)
    else:
        visitor = actions.new_visitor(actor=actor, language=language)
    access.remember(request.session, visitor)
    return visitor


def goes_on_in(request: HttpRequest, customer: Customer) -> Ticket | None:
    """The conversation in which a customer goes on who has opened very many; None: a new one."""
    try:
        limits.spend(limits.OPEN_A_CONVERSATION, "customer", str(customer.pk))
        if customer.user_id is None:
            network = limits.network_address(request)
            limits.spend(limits.OPEN_WITHOUT_AN_ACCOUNT, "address", network)
    except limits.TooMany:
        own = access.tickets_for(access.actor_of(request))
        return own.order_by("-last_message_at", "-pk").first()
    return None


def _let_in(request: HttpRequest) -> None:
    network = limits.network_address(request)
    try:
        limits.spend(limits.NEW_VISITORS, "address", network)
        return
    except limits.TooMany:
        if not _is_proved(request):
            raise OneMorePress from None
    try:
        limits.spend(limits.NEW_VISITORS_WITH_PROOF, "address", network)
    except limits.TooMany as error:
        raise OneMorePress(min(error.retry_after, 60)) from None


def _is_proved(request: HttpRequest) -> bool:
    """Whether the button on our page was pressed: once, and not long ago."""
    try:
        nonce = signing.loads(request.POST.get(PROOF, ""), salt=_SALT, max_age=PROOF_SECONDS)
        limits.spend(ONCE, "proof", nonce)
    except (signing.BadSignature, limits.TooMany):
        return False
    return True


def _browser_language(request: HttpRequest) -> str:
    """What the browser asks for first, which need not be a language of this interface."""
    wanted = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    first = wanted[0][0] if wanted else ""
    return "" if first == "*" else first[:10]

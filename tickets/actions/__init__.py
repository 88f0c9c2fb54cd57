"""The only ways to change state. Keyword-only, the actor first, one transaction, the lock first."""

from tickets.actions.asking import reply_asking
from tickets.actions.closing import confirm_solved, rate, rate_answer, reopen, resolve
from tickets.actions.conversation import (
    answer,
    ask_for_a_person,
    follow_up,
    note_fact,
    open_ticket,
    post_message,
    reply,
    write_note,
)
from tickets.actions.customers import (
    confirm_email,
    follow_login_address,
    join_account,
    known_customer,
    leave_email,
    new_visitor,
)
from tickets.actions.errors import ActionError, NotAllowed, Taken
from tickets.actions.handover import accept, hand_back, hand_over, transfer, warn
from tickets.actions.keys import create_api_key, revoke_api_key
from tickets.actions.readings import correct_reading
from tickets.actions.rules import (
    apply_rules,
    move_rule,
    remove_rule,
    restore_shipped_rule,
    roll_back_rule,
    save_rule,
    switch_rule,
)
from tickets.actions.settings import change_setting, remove_setting
from tickets.actions.turns import hand_over_failed, keep_reading

__all__ = [
    "ActionError",
    "NotAllowed",
    "Taken",
    "accept",
    "answer",
    "apply_rules",
    "ask_for_a_person",
    "change_setting",
    "confirm_email",
    "confirm_solved",
    "correct_reading",
    "create_api_key",
    "follow_login_address",
    "follow_up",
    "hand_back",
    "hand_over",
    "hand_over_failed",
    "join_account",
    "keep_reading",
    "known_customer",
    "leave_email",
    "move_rule",
    "new_visitor",
    "note_fact",
    "open_ticket",
    "post_message",
    "rate",
    "rate_answer",
    "remove_rule",
    "remove_setting",
    "reopen",
    "reply",
    "reply_asking",
    "resolve",
    "restore_shipped_rule",
    "revoke_api_key",
    "roll_back_rule",
    "save_rule",
    "switch_rule",
    "transfer",
    "warn",
    "write_note",
]

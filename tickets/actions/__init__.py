"""The only ways to change state. Keyword-only, the actor first, one transaction, the lock first."""

from tickets.actions.answering import answer, follow_up, tell
from tickets.actions.approvals import ask_for_approval, decide_approval, withdraw_approval
from tickets.actions.asking import reply_asking
from tickets.actions.assigning import assign_next, bring_back_from, pass_on
from tickets.actions.automation import run_rules, run_timed_rule
from tickets.actions.blocks import block, unblock
from tickets.actions.calls import log_call, open_by_call
from tickets.actions.claims import (
    ask_for_a_code,
    confirm_claim,
    leave_email,
    make_claim,
    refuse_claim,
)
from tickets.actions.closing import (
    announce_closing,
    close,
    close_quiet,
    confirm_solved,
    rate,
    rate_answer,
    reopen,
    resolve,
)
from tickets.actions.connectors import begin_connector_call, end_connector_call
from tickets.actions.contacts import (
    add_contact,
    confirm_contact,
    remove_contact,
    sender_of_mail,
    set_external_id,
)
from tickets.actions.conversation import (
    ask_for_a_person,
    open_ticket,
    post_message,
    reply,
    write_note,
)
from tickets.actions.custom_fields import fill_in
from tickets.actions.customer_changes import ChangedSince, change_customer, change_organization
from tickets.actions.customer_merging import merge_customers, part_customers
from tickets.actions.customers import (
    follow_login_address,
    join_account,
    join_browser,
    known_customer,
    new_visitor,
)
from tickets.actions.deliveries import (
    hold_back,
    note_bounce,
    note_complaint,
    note_failure,
    note_silence,
    open_address,
    owe_mail,
    send_again,
)
from tickets.actions.drafted import draft_reply
from tickets.actions.drafts import (
    remove_draft_file,
    save_draft,
    send_now,
    send_reply,
    send_resolved,
    take_back,
)
from tickets.actions.errors import ActionError, Blocked, Crossed, HasLeft, NotAllowed, Taken
from tickets.actions.facts import note_fact
from tickets.actions.fetching import (
    NotToBeFetched,
    Opened,
    begin_fetching,
    count_old,
    keep_fetched,
    keep_refresh_token,
    note_fetched,
    note_marked,
    note_trouble,
)
from tickets.actions.follow_ups import continue_conversation
from tickets.actions.following import add_to_copy, follow, follow_copies, remove_from_copy, unfollow
from tickets.actions.handover import (
    accept,
    hand_back,
    hand_over,
    return_to_agent,
    transfer,
    warn,
)
from tickets.actions.identity import (
    Verdict,
    ask_for_code,
    ask_to_prove,
    check_code,
    make_code,
)
from tickets.actions.incoming import dismiss_mail, file_mail, read_again, receive_mail
from tickets.actions.jobs import end_bulk, start_bulk, undo_bulk
from tickets.actions.keys import create_api_key, revoke_api_key
from tickets.actions.leading import give_back, join, step_out, take_over
from tickets.actions.links import link, unlink
from tickets.actions.log_ins import begin_log_in, end_staff_log_ins, see_log_in, tell_of_access
from tickets.actions.macros import apply_macro, leave_macro_out, remove_macro, save_macro
from tickets.actions.mails import drop_mail, queue_mail
from tickets.actions.merging import merge, unmerge
from tickets.actions.notifications import (
    add_browser,
    be_here,
    choose_notifications,
    mark_all_read,
    mark_read,
    notify,
    remove_browser,
)
from tickets.actions.organizations import set_domains
from tickets.actions.people import end_log_ins, see_as, take_from
from tickets.actions.problems import answer_affected
from tickets.actions.promises import ask_for_review, note_promises, review_promises
from tickets.actions.properties import (
    ChangedMeanwhile,
    Property,
    assign,
    change_tags,
    change_ticket,
)
from tickets.actions.readings import correct_reading
from tickets.actions.record_links import (
    link_again,
    link_named,
    link_record,
    tell_of_record,
    unlink_record,
)
from tickets.actions.record_rows import NewRecord
from tickets.actions.records import (
    Stored,
    adopt_records,
    delete_record,
    upsert_record,
    upsert_records,
)
from tickets.actions.rules import (
    apply_rules,
    move_rule,
    remove_rule,
    restore_shipped_rule,
    roll_back_rule,
    save_rule,
    switch_rule,
)
from tickets.actions.saved_views import change_view, remove_view, save_view
from tickets.actions.sealed import seal_again
from tickets.actions.segments import remove_segment, save_segment
from tickets.actions.sending_ahead import keep_sent_ahead
from tickets.actions.sensitive import look_at, mark_sensitive
from tickets.actions.service_levels import save_service_level
from tickets.actions.settings import change_setting, remove_setting
from tickets.actions.snoozing import snooze, unsnooze
from tickets.actions.spam import mark_spam, not_spam
from tickets.actions.splitting import split
from tickets.actions.statuses import set_status
from tickets.actions.suggested import use_suggestion
from tickets.actions.told_customers import (
    add_told_customer,
    tell_of_customer,
    upsert_customer,
)
from tickets.actions.told_organizations import (
    add_told_organization,
    tell_of_organization,
    upsert_organization,
)
from tickets.actions.told_tickets import tell_of_ticket
from tickets.actions.turns import fetch_a_person, hand_over_failed, keep_reading
from tickets.actions.undoing import undo
from tickets.actions.visitors import first_contact
from tickets.actions.visits import note_visit
from tickets.actions.webhooks import (
    Attempt,
    note_attempt,
    note_test,
    send_webhook_again,
    send_webhooks_again,
    switch_webhook,
    tell_webhook,
)
from tickets.actions.whispering import whisper

__all__ = [
    "ActionError",
    "Attempt",
    "Blocked",
    "ChangedMeanwhile",
    "ChangedSince",
    "Crossed",
    "HasLeft",
    "NewRecord",
    "NotAllowed",
    "NotToBeFetched",
    "Opened",
    "Property",
    "Stored",
    "Taken",
    "Verdict",
    "accept",
    "add_browser",
    "add_contact",
    "add_to_copy",
    "add_told_customer",
    "add_told_organization",
    "adopt_records",
    "announce_closing",
    "answer",
    "answer_affected",
    "apply_macro",
    "apply_rules",
    "ask_for_a_code",
    "ask_for_a_person",
    "ask_for_approval",
    "ask_for_code",
    "ask_for_review",
    "ask_to_prove",
    "assign",
    "assign_next",
    "be_here",
    "begin_connector_call",
    "begin_fetching",
    "begin_log_in",
    "block",
    "bring_back_from",
    "change_customer",
    "change_organization",
    "change_setting",
    "change_tags",
    "change_ticket",
    "change_view",
    "check_code",
    "choose_notifications",
    "close",
    "close_quiet",
    "confirm_claim",
    "confirm_contact",
    "confirm_solved",
    "continue_conversation",
    "correct_reading",
    "count_old",
    "create_api_key",
    "decide_approval",
    "delete_record",
    "dismiss_mail",
    "draft_reply",
    "drop_mail",
    "end_bulk",
    "end_connector_call",
    "end_log_ins",
    "end_staff_log_ins",
    "fetch_a_person",
    "file_mail",
    "fill_in",
    "first_contact",
    "follow",
    "follow_copies",
    "follow_login_address",
    "follow_up",
    "give_back",
    "hand_back",
    "hand_over",
    "hand_over_failed",
    "hold_back",
    "join",
    "join_account",
    "join_browser",
    "keep_fetched",
    "keep_reading",
    "keep_refresh_token",
    "keep_sent_ahead",
    "known_customer",
    "leave_email",
    "leave_macro_out",
    "link",
    "link_again",
    "link_named",
    "link_record",
    "log_call",
    "look_at",
    "make_claim",
    "make_code",
    "mark_all_read",
    "mark_read",
    "mark_sensitive",
    "mark_spam",
    "merge",
    "merge_customers",
    "move_rule",
    "new_visitor",
    "not_spam",
    "note_attempt",
    "note_bounce",
    "note_complaint",
    "note_fact",
    "note_failure",
    "note_fetched",
    "note_marked",
    "note_promises",
    "note_silence",
    "note_test",
    "note_trouble",
    "note_visit",
    "notify",
    "open_address",
    "open_by_call",
    "open_ticket",
    "owe_mail",
    "part_customers",
    "pass_on",
    "post_message",
    "queue_mail",
    "rate",
    "rate_answer",
    "read_again",
    "receive_mail",
    "refuse_claim",
    "remove_browser",
    "remove_contact",
    "remove_draft_file",
    "remove_from_copy",
    "remove_macro",
    "remove_rule",
    "remove_segment",
    "remove_setting",
    "remove_view",
    "reopen",
    "reply",
    "reply_asking",
    "resolve",
    "restore_shipped_rule",
    "return_to_agent",
    "review_promises",
    "revoke_api_key",
    "roll_back_rule",
    "run_rules",
    "run_timed_rule",
    "save_draft",
    "save_macro",
    "save_rule",
    "save_segment",
    "save_service_level",
    "save_view",
    "seal_again",
    "see_as",
    "see_log_in",
    "send_again",
    "send_now",
    "send_reply",
    "send_resolved",
    "send_webhook_again",
    "send_webhooks_again",
    "sender_of_mail",
    "set_domains",
    "set_external_id",
    "set_status",
    "snooze",
    "split",
    "start_bulk",
    "step_out",
    "switch_rule",
    "switch_webhook",
    "take_back",
    "take_from",
    "take_over",
    "tell",
    "tell_of_access",
    "tell_of_customer",
    "tell_of_organization",
    "tell_of_record",
    "tell_of_ticket",
    "tell_webhook",
    "transfer",
    "unblock",
    "undo",
    "undo_bulk",
    "unfollow",
    "unlink",
    "unlink_record",
    "unmerge",
    "unsnooze",
    "upsert_customer",
    "upsert_organization",
    "upsert_record",
    "upsert_records",
    "use_suggestion",
    "warn",
    "whisper",
    "withdraw_approval",
    "write_note",
]

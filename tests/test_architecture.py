"""The house rules, kept by reading the source. An exception stands here, with its reason."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import grimp
import pytest

from tests.no_actions import NO_ACTIONS, ONLY_CREATE
from tests.source import (
    OURS,
    PACKAGES,
    ROOT,
    Module,
    called,
    calls,
    chain,
    functions_of,
    imported,
    is_atomic,
    is_atomic_call,
    is_write,
    locks_first,
    modules,
    passes_on,
)
from tickets import actions as ticket_actions
from tickets import events

# --- actions --------------------------------------------------------------------------------------


def action_modules() -> list[Module]:
    found = [Module(ROOT / "knowledgebase/actions.py"), *modules("tickets/actions", "bots/actions")]
    return [module for module in found if module.path.name != "__init__.py"]


def actions_in(module: Module) -> list[ast.FunctionDef]:
    return [
        node
        for name, node in functions_of(module).items()
        if not name.startswith("_") and name not in NO_ACTIONS
    ]


ACTIONS = [(module, function) for module in action_modules() for function in actions_in(module)]


@pytest.mark.parametrize(
    ("module", "function"), ACTIONS, ids=[function.name for _, function in ACTIONS]
)
def test_an_action_is_keyword_only_one_transaction_and_locks_first(
    module: Module, function: ast.FunctionDef
) -> None:
    beside = functions_of(module)
    assert not function.args.args
    assert not function.args.posonlyargs
    assert function.args.kwonlyargs[0].arg == "actor"
    assert is_atomic(function, beside)
    assert (
        locks_first(function, beside) or function.name in ONLY_CREATE or passes_on(function, beside)
    ), f"{function.name} reads or writes before it locks"
    assert ast.get_docstring(function)


def test_the_list_of_actions_is_complete_and_true() -> None:
    exported = {
        name
        for name in ticket_actions.__all__
        if callable(getattr(ticket_actions, name)) and name[0].islower()
    }
    found = {function.name for module, function in ACTIONS if "tickets" in module.name}
    assert found == exported
    known = {name for module in action_modules() for name in functions_of(module)}
    assert not (set(ONLY_CREATE) | set(NO_ACTIONS)) - known


def test_actions_take_the_time_from_one_clock() -> None:
    """So that a story, a simulation or a test plays them at a time of its own (tickets.clock)."""
    others = {"timezone.now", "datetime.now", "datetime.utcnow", "date.today", "time.time", "Now"}
    found = [
        f"{module.name}:{node.lineno}"
        for module in action_modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Attribute | ast.Name) and ast.unparse(node) in others
    ]
    assert found == []


def test_no_lock_is_taken_in_one_statement_with_a_join() -> None:
    """One that waited would get the new row beside the old rows of the others."""
    allowed = {
        "helpdesk/demo/load.py": "the settings are locked against another load, none of it is used",
        "tickets/admin/audit/ledger.py": "without its joins",
    }
    joined = [
        f"{module.name}:{call.lineno}"
        for module in OURS
        if module.name not in allowed
        for call in calls(module.tree)
        if called(call) == "select_for_update"
        and (names := {keyword.arg for keyword in call.keywords}) >= {"of"}
        and "skip_locked" not in names
    ]
    chained = [
        f"{module.name}:{node.lineno}"
        for module in OURS
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and {"select_for_update", "select_related"} <= chain(node)
    ]
    assert joined + chained == []


# --- who writes -----------------------------------------------------------------------------------

WRITERS = ("tickets/actions/", "tickets/models/", "knowledgebase/models/", "bots/models/")
ALSO_WRITE = {
    "bots/actions/": "the actions on what the assistant learns from",
    "knowledgebase/actions.py": "the actions of articles",
    "tickets/events.py": "the mechanism of events and reactions, called by actions",
    "tickets/intake/attachments.py": "the files of a message that an action is writing",
    "tickets/web/sessions.py": "the session of a browser, which Django keeps",
    "tickets/admin/audit/audited.py": "the admin's rows, inside the action change_setting",
    "bots/admin/scenario_turns.py": "the turns of a scenario, inside the action change_setting",
    "knowledgebase/drafts.py": "a draft that is tried, in a transaction that is taken back",
    "knowledgebase/apart.py": "the tables of an evaluation, which are gone after it",
    "knowledgebase/common_words.py": "how many passages have a word, counted again at any time",
    "knowledgebase/gists.py": "the gists of articles, made again from vectors at any time",
    "knowledgebase/indexing.py": "passages and vectors, made again from articles at any time",
    "knowledgebase/importing.py": "a category that imported articles name",
    "helpdesk/demo/": "loads the demo company, once, into an empty helpdesk",
    "helpdesk/load/": "makes conversations in bulk, to measure with",
}


def test_only_actions_and_models_write() -> None:
    found = [
        f"{module.name}:{call.lineno} {ast.unparse(call)[:60]}"
        for module in OURS
        if not module.name.startswith((*WRITERS, *ALSO_WRITE))
        for call in calls(module.tree)
        if is_write(call)
    ]
    assert found == []


def test_no_action_saves_a_ticket_past_what_is_promised_for_it() -> None:
    """`tickets.actions.saving` lets the clocks of its service level follow, in the same transaction."""
    rows = {"ticket", "source", "target", "part", "problem", "job.problem", "into"}
    # It, rows of other kinds, and what only says that a promise is broken.
    others = {"saving.py", "customer_merging.py", "notifications.py", "promises.py"}
    found = [
        f"{module.name}:{call.lineno}"
        for module in modules("tickets/actions", "bots/actions")
        if module.path.name not in others
        for call in calls(module.tree)
        if isinstance(call.func, ast.Attribute)
        and (
            (call.func.attr == "save" and ast.unparse(call.func.value) in rows)
            or (call.func.attr == "update" and "Ticket.objects" in ast.unparse(call.func.value))
        )
    ]
    assert found == []


def test_every_exception_to_who_writes_is_needed() -> None:
    writing = {module.name for module in OURS if any(is_write(call) for call in calls(module.tree))}
    idle = [name for name in ALSO_WRITE if not any(w.startswith(name) for w in writing)]
    assert idle == []


def test_no_interface_changes_a_row_by_its_fields() -> None:
    """`ticket.turn = ...` outside the actions would be saved by the next who saves the row."""
    fields = {"turn", "assignee", "person_asked_at", "resolution", "closed_at", "last_position"}
    found = [
        f"{module.name}:{node.lineno}"
        for module in OURS
        if not module.name.startswith((*WRITERS, *ALSO_WRITE))
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr in fields
    ]
    assert found == []


def test_no_business_rule_hides_in_a_model_signal() -> None:
    found = [
        module.name
        for module in OURS
        for name, what in imported(module.tree)
        if name.startswith(("django.db.models.signals", "django.dispatch"))
        or (name in ("django.db.models", "django.db") and what == "signals")
    ]
    assert found == []


# --- transactions ---------------------------------------------------------------------------------

OUTSIDE = {
    *("send_mail", "send_mass_mail", "mail_admins", "EmailMessage", "EmailMultiAlternatives"),
    *("urlopen", "encode_here", "group_send", "think"),
}
SLOW_MODULES = ("httpx", "requests", "urllib.request", "urllib3", "smtplib", "django.core.mail")


def test_nothing_slow_happens_inside_a_transaction() -> None:
    found = [
        f"{module.name}:{call.lineno} {ast.unparse(call)[:60]}"
        for module in OURS
        for block in atomic_blocks(module)
        for call in calls(block)
        if called(call) in OUTSIDE
        or ast.unparse(call.func) in ("embeddings.encode", "search.search")
    ]
    assert found == []


def atomic_blocks(module: Module) -> Iterator[ast.AST]:
    """Functions and blocks that are one transaction; and what settles a reaction, which is in one."""
    for function in module.functions():
        if any(is_atomic_call(decorator) for decorator in function.decorator_list):
            yield function
    for node in ast.walk(module.tree):
        if isinstance(node, ast.With) and any(is_atomic_call(i.context_expr) for i in node.items):
            yield node
    for subscriber in events._by_name.values():
        for settle in (subscriber.settle, subscriber.failed):
            if settle is not None and module.name == settle.__module__.replace(".", "/") + ".py":
                yield functions_of(module)[settle.__name__]


def test_actions_have_no_way_to_a_model_a_mail_server_or_the_network() -> None:
    graph = imports()
    for slow in ("knowledgebase.embeddings", "knowledgebase.search", "tickets.email.handing_over"):
        for actions in ("tickets.actions", "tickets.models"):
            assert not graph.chain_exists(actions, slow, as_packages=True), (actions, slow)
    reached = {
        module.name: name
        for module in (*modules("tickets/actions", "tickets/models"),)
        for name, _ in imported(module.tree)
        if name.startswith(SLOW_MODULES)
    }
    assert reached == {}


def test_mail_is_sent_and_the_web_is_asked_in_one_place_each() -> None:
    senders = {
        module.name
        for module in OURS
        for name, _ in imported(module.tree)
        if name.startswith(SLOW_MODULES)
    }
    assert senders <= {
        "tickets/email/handing_over.py",
        "tickets/email/oauth_smtp.py",  # how that logs in with an access token
        "helpdesk/demo/ready.py",  # asks our own /readyz
        "tickets/outside.py",  # every request that leaves: pushes, tokens, connectors
        "helpdesk/demo/post_office.py",  # takes the demo's mail, as a server
        "helpdesk/demo/post_page.py",  # writes to that server
    }


@cache
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None, exclude_type_checking_imports=True)


# --- customers ------------------------------------------------------------------------------------

FOR_CUSTOMERS = (
    *(
        "tickets/portal/",
        "tickets/api/",
        "tickets/email/composing.py",
        "tickets/service/notices.py",
    ),
    *(
        "tickets/access/",
        "tickets/conversation/briefs.py",
        "tickets/live/nudges.py",
        "tickets/templatetags/",
    ),
    *(
        "tickets/live/presence.py",
        "tickets/service/queues.py",
        "tickets/sockets/",
        "knowledgebase/",
        "bots/",
    ),
)


def test_no_code_for_customers_knows_what_an_internal_note_is() -> None:
    found = [
        module.name
        for module in OURS
        if module.name.startswith(FOR_CUSTOMERS)
        for node in ast.walk(module.tree)
        if (isinstance(node, ast.ImportFrom) and any(a.name == "Note" for a in node.names))
        or (isinstance(node, ast.Attribute) and node.attr in ("Note", "notes"))
        or (isinstance(node, ast.Name) and node.id == "Note")
        or (isinstance(node, ast.Constant) and node.value in ("notes", "Note", "tickets.Note"))
    ]
    assert found == []


def test_no_template_for_customers_reads_notes_or_briefs() -> None:
    folders = ("portal", "conversation", "emails", "shared", "knowledgebase")
    found = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in (ROOT / "templates" / folder).rglob("*.*")
        if re.search(r"\.notes\b|\bnote\.|handover|\.facts\b|\bbrief\b", path.read_text())
    ]
    assert found == []


def test_only_the_embeddings_know_the_sentence_encoder() -> None:
    heavy = ("sentence_transformers", "torch", "transformers", "onnxruntime", "optimum")
    found = {
        module.name
        for module in OURS
        for name, _ in imported(module.tree)
        if name.split(".")[0] in heavy
    }
    assert found <= {"knowledgebase/embeddings.py"}


def test_text_is_called_safe_only_where_it_is_made_safe() -> None:
    found = {
        module.name
        for module in OURS
        for call in calls(module.tree)
        if called(call) in ("mark_safe", "SafeString", "SafeText", "SafeData")
    }
    assert found <= {"knowledgebase/markdown.py"}
    rendered = {"workspace/ticket.html"}  # its panels and items, by templates, a moment before
    unsafe = [
        name
        for path in (ROOT / "templates").rglob("*.html")
        if (name := str(path.relative_to(ROOT / "templates"))) not in rendered
        and re.search(r"\|\s*safe\b|autoescape off|\|\s*safeseq\b", path.read_text())
    ]
    assert unsafe == []


def test_no_serializer_or_form_takes_all_fields() -> None:
    found = [
        f"{module.name}:{node.lineno}"
        for module in OURS
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id in ("fields", "exclude") for t in node.targets)
        and isinstance(node.value, ast.Constant)
        and node.value.value == "__all__"
    ]
    assert found == []


def test_no_query_is_made_of_what_a_request_names() -> None:
    found = [
        f"{module.name}:{call.lineno}"
        for module in OURS
        for call in calls(module.tree)
        if called(call) in ("filter", "exclude", "get", "order_by", "create", "update")
        for argument in (*call.keywords, *call.args)
        if (isinstance(argument, ast.keyword) and argument.arg is None)
        and "request" in ast.unparse(argument.value)
    ]
    assert found == []


def test_nothing_of_ours_names_the_site_by_a_request_in_a_mail() -> None:
    """`build_absolute_uri` takes the Host header's word for it."""
    asking = {module.name for module in OURS if "build_absolute_uri" in module.path.read_text()}
    assert asking == {"tickets/api/paging.py"}  # the next page, for the client that asked so

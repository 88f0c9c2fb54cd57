"""Reading our own source: the modules, what they import and call, what looks like a write."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("helpdesk", "bots", "tickets", "knowledgebase")


@dataclass(frozen=True)
class Module:
    """A file of source."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def lines(self) -> int:
        return len(self.path.read_text().splitlines())

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.path)

    def functions(self) -> Iterator[ast.FunctionDef]:
        """Every function and method, at any depth."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef))


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def modules(*folders: str, migrations: bool = False) -> list[Module]:
    """The modules in these folders that say something."""
    found = [
        Module(path)
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*.py"))
        if path.read_text().strip() and (migrations or "migrations" not in path.parts)
    ]
    assert found
    return found


OURS = modules(*PACKAGES)


def calls(node: ast.AST) -> Iterator[ast.Call]:
    return (found for found in ast.walk(node) if isinstance(found, ast.Call))


def called(call: ast.Call) -> str:
    """The last name of what is called: `save` in `ticket.save()`."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(module, name) of every import, at any depth; the name is "" for `import module`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


# The last three are those of tickets.actions.persons, which lock several rows in one order.
LOCKS = {"select_for_update", "locked", "lock_rows", "lock_person", "lock_merged", "lock_browser"}
WRITES = {
    *("save", "asave", "create", "acreate", "delete", "adelete", "bulk_create", "bulk_update"),
    *("get_or_create", "update_or_create", "abulk_create", "aupdate"),
}


def is_write(call: ast.Call) -> bool:
    """Whether a call writes rows, as far as its looks tell."""
    name = called(call)
    if name == "delete":  # of a cache or a storage it names what
        return isinstance(call.func, ast.Attribute) and not call.args and not call.keywords
    if name == "update":  # of a dictionary it takes one, of a queryset only fields
        return bool(call.keywords) and not call.args
    return name in WRITES and isinstance(call.func, ast.Attribute)


def functions_of(module: Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in module.tree.body if isinstance(node, ast.FunctionDef)}


def is_atomic_call(node: ast.AST) -> bool:
    return ast.unparse(node).removesuffix("()") == "transaction.atomic"


def is_atomic(function: ast.FunctionDef, beside: dict[str, ast.FunctionDef]) -> bool:
    """Decorated with it, with all that writes in such a block, or passing on to one that is."""
    if any(is_atomic_call(decorator) for decorator in function.decorator_list):
        return True
    inside = {
        call
        for node in ast.walk(function)
        if isinstance(node, ast.With) and any(is_atomic_call(i.context_expr) for i in node.items)
        for call in calls(node)
    }
    if inside:
        return all(call in inside for call in calls(function) if is_write(call))
    last = function.body[-1]
    return (
        isinstance(last, ast.Return)
        and isinstance(last.value, ast.Call)
        and called(last.value) in beside
        and is_atomic(beside[called(last.value)], beside)
    )


def locks(node: ast.AST, beside: dict[str, ast.FunctionDef]) -> bool:
    """Whether it takes a lock, itself or by the functions beside it that it calls."""
    names = {called(call) for call in calls(node)}
    others = {name: function for name, function in beside.items() if name not in names}
    return bool(names & LOCKS) or any(locks(beside[name], others) for name in names & set(beside))


def locks_first(function: ast.FunctionDef, beside: dict[str, ast.FunctionDef]) -> bool:
    """Whether nothing is read or written before the lock."""
    for statement in function.body:
        if locks(statement, beside):
            return True
        if any(is_write(call) for call in calls(statement)) or ".objects" in ast.unparse(statement):
            return False
    return False


def passes_on(function: ast.FunctionDef, beside: dict[str, ast.FunctionDef]) -> bool:
    """Whether its one statement is another function, which locks."""
    body = [statement for statement in function.body if not isinstance(statement, ast.Expr)]
    if len(body) != 1 or not isinstance(body[0], ast.Return | ast.With):
        return False
    return locks(body[0], beside)


def chain(call: ast.AST) -> set[str]:
    """The names of all methods in a chain like `a.b().c()`."""
    names = set()
    while isinstance(call, ast.Call | ast.Attribute):
        if isinstance(call, ast.Attribute):
            names.add(call.attr)
            call = call.value
        else:
            call = call.func
    return names

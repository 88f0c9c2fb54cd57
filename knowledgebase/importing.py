"""Articles from files: a folder of Markdown, or JSON lines. The same input again changes nothing.

What can be read is written in one transaction, each article whole; what cannot is refused with its
reason. What an editor changed since an import stays, until the imported file itself changes.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import frontmatter
import yaml
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from knowledgebase import actions
from knowledgebase.actions import Actor
from knowledgebase.markdown import headings, parse, tame
from knowledgebase.models import Article, Category

LARGEST: Final = 1_048_576  # bytes of a file, or of a line of JSON
_SUFFIXES: Final = {".md", ".markdown"}


@dataclass(frozen=True, slots=True)
class Document:
    """An article as it was read; `source` says where it stood."""

    source: str
    id: str
    title: str
    body: str
    summary: str = ""
    category: str = ""
    language: str = "en"
    slug: str = ""
    questions: tuple[str, ...] = ()
    short_answers: tuple[str, ...] | None = None  # None: the file says nothing of them
    popular: bool | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not imported, and why, in plain words."""

    source: str
    reason: str


@dataclass(slots=True)
class Outcome:
    """What an import did, by the articles' sources."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    left_alone: list[str] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


class Refused(Exception):
    """This input cannot be an article; the message is for the person who imports."""


def read(path: Path) -> Iterator[Document | Refusal]:
    """Everything in a folder, a Markdown file or a JSONL file, in a fixed order.

    Raise FileNotFoundError if there is nothing at `path`, and OSError if it cannot be listed.
    """
    if path.is_dir():
        files = sorted(
            found
            for found in path.rglob("*")
            if found.suffix.lower() in _SUFFIXES and not _hidden(found.relative_to(path))
        )
        yield from (_read_one(file, root=path) for file in files)
    elif path.suffix.lower() in _SUFFIXES and path.exists():
        yield _read_one(path, root=path.parent)
    else:
        yield from _read_lines(path)


def import_documents(
    documents: Iterable[Document | Refusal],
    *,
    actor: Actor = None,
    on_progress: Callable[[], None] | None = None,
) -> Outcome:
    """Write what was read, in one transaction, and publish what is new; index it afterwards."""
    outcome = Outcome()
    seen: dict[str, str] = {}
    with transaction.atomic():
        for document in documents:
            if isinstance(document, Refusal):
                outcome.refused.append(document)
            elif document.id in seen:
                reason = _("Its id “%(id)s” is taken by %(source)s.")
                reason %= {"id": document.id, "source": seen[document.id]}
                outcome.refused.append(Refusal(document.source, reason))
            else:
                seen[document.id] = document.source
                _write(document, actor, outcome)
            if on_progress is not None:
                on_progress()
    return outcome


def _write(document: Document, actor: Actor, outcome: Outcome) -> None:
    try:
        # A savepoint: an article that is refused in the middle leaves nothing, not a category.
        with transaction.atomic():
            done = _saved(document, actor, outcome)
    except ValidationError as error:
        outcome.refused.append(Refusal(document.source, " ".join(error.messages)))
        return
    done.append(document.source)


def _saved(document: Document, actor: Actor, outcome: Outcome) -> list[str]:
    """Write one article; give the list of the outcome that it belongs to."""
    digest = _digest(document)
    article = Article.objects.select_for_update().filter(external_id=document.id).first()
    if article is not None and article.import_digest == digest:
        return outcome.left_alone
    saved = actions.save_article(
        actor=actor,
        article=article,
        title=document.title,
        summary=document.summary,
        body=document.body,
        questions=document.questions,
        short_answers=document.short_answers,
        category=_category(document.category) or (article.category if article else None),
        language=document.language,
        slug="" if article else document.slug,
        external_id=document.id,
        import_digest=digest,
        popular=document.popular,
        note=_("Imported"),
    )
    # One that an editor has hidden gets the new text, and stays hidden.
    if article is None or article.state == Article.State.PUBLISHED:
        actions.publish_article(actor=actor, article=saved, index_soon=False)
    return outcome.changed if article else outcome.added


def _digest(document: Document) -> str:
    """What a document says, as one value. Raise ValidationError for what cannot be stored."""
    values = {name: value for name, value in asdict(document).items() if name != "source"}
    if document.short_answers is None:  # as it was before there were any
        del values["short_answers"]
    try:
        data = json.dumps(values, sort_keys=True, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ValidationError(_("It contains characters that cannot be stored.")) from error
    return hashlib.sha256(data).hexdigest()


def _category(name: str) -> Category | None:
    slug = slugify(name)[:100]
    if not slug:
        return None
    category, _created = Category.objects.get_or_create(
        slug=slug,
        defaults={"name": name[:100], "position": Category.objects.count()},
    )
    return category


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


# --- Markdown -----------------------------------------------------------------------------------


def _read_one(file: Path, *, root: Path) -> Document | Refusal:
    relative = file.relative_to(root)
    try:
        return _markdown(_text(file), relative)
    except Refused as refused:
        return Refusal(str(relative), str(refused))


def _text(file: Path) -> str:
    try:
        size = file.stat().st_size
        if size > LARGEST:
            raise Refused(_too_large(size))
        return _decoded(file.read_bytes())
    except OSError as error:
        raise Refused(
            _("It cannot be read: %(reason)s.") % {"reason": error.strerror or error}
        ) from error


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(
            _("It is not UTF-8: byte %(position)d cannot be read.") % {"position": error.start + 1}
        ) from error


def _too_large(size: int) -> str:
    return _("It is too large: %(size)d bytes, and %(most)d are the most.") % {
        "size": size,
        "most": LARGEST,
    }


def _markdown(text: str, relative: Path) -> Document:
    try:
        metadata, body = frontmatter.parse(tame(text))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Refused(
            _("Its front matter cannot be read: %(reason)s.") % {"reason": reason}
        ) from error
    if not isinstance(metadata, Mapping):
        raise Refused(_("Its front matter is not a list of names and values."))
    title = _line(metadata.get("title"))
    if not title:
        title, body = _first_heading(body)
    folder = (
        relative.parts[0].replace("-", " ").replace("_", " ") if len(relative.parts) > 1 else ""
    )
    return Document(
        source=str(relative),
        id=_line(metadata.get("id")) or relative.with_suffix("").as_posix(),
        title=title,
        body=body.strip(),
        summary=_line(metadata.get("summary") or metadata.get("description")),
        category=_line(metadata.get("category")) or folder[:1].upper() + folder[1:],
        language=_line(metadata.get("language")) or "en",
        slug=_line(metadata.get("slug")) or relative.stem,
        questions=_lines(metadata.get("questions")),
        short_answers=_short_answers(metadata),
        popular=popular if isinstance(popular := metadata.get("popular"), bool) else None,
    )


def _first_heading(body: str) -> tuple[str, str]:
    """The first heading, and the text without it where it is also the first line."""
    tokens = parse(body)
    first = next(headings(tokens), None)
    if first is None:
        raise Refused(_("It has no title, neither in front matter nor as a heading."))
    if tokens[0].type == "heading_open" and tokens[0].map:
        body = "\n".join(tame(body).split("\n")[tokens[0].map[1] :])
    return first.text, body


# --- JSON lines ---------------------------------------------------------------------------------


def _read_lines(file: Path) -> Iterator[Document | Refusal]:
    with file.open("rb") as lines:
        number = 0
        while line := lines.readline(LARGEST + 1):
            number += 1
            source = f"{file.name}:{number}"
            size = len(line)
            while len(line) > LARGEST and not line.endswith(b"\n"):
                line = lines.readline(LARGEST + 1)  # the rest of a line that is not kept
                size += len(line)
                if not line:
                    break
            if size > LARGEST:
                yield Refusal(source, _too_large(size))
            elif line.strip():
                try:
                    yield _json(_decoded(line), source)
                except Refused as refused:
                    yield Refusal(source, str(refused))


def _json(line: str, source: str) -> Document:
    try:
        data: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Refused(_("It is not JSON.")) from error
    if not isinstance(data, dict):
        raise Refused(_("It is not a JSON object."))
    identifier = data.get("id")
    if isinstance(identifier, bool) or not (
        isinstance(identifier, str | int) and _line(identifier)
    ):
        raise Refused(_("It has no id."))
    for name in ("title", "body", "category", "language", "summary"):
        if not isinstance(data.get(name), str | None):
            raise Refused(_("Its “%(name)s” is not a text.") % {"name": name})
    if not _line(data.get("title")):
        raise Refused(_("It has no title."))
    questions = data.get("questions")
    if questions is not None and not isinstance(questions, list):
        raise Refused(_("Its “%(name)s” is not a list.") % {"name": "questions"})
    return Document(
        source=source,
        id=_line(identifier),
        title=_line(data["title"]),
        body=tame(data.get("body") or "").strip(),
        summary=_line(data.get("summary")),
        category=_line(data.get("category")),
        language=_line(data.get("language")) or "en",
        questions=_lines(questions),
        short_answers=_short_answers(data),
    )


def _line(value: object) -> str:
    """A value as one line of text; nothing for what is no single value."""
    if value is None or isinstance(value, list | dict):
        return ""
    return " ".join(str(value).replace("\x00", "").split())


def _short_answers(given: Mapping[str, Any]) -> tuple[str, ...] | None:
    return _lines(given["short_answers"]) if "short_answers" in given else None


def _lines(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    return tuple(filter(None, map(_line, value))) if isinstance(value, list) else ()

"""What the demo company's files say: the company, the help centre, the conversations."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zlib import crc32

import frontmatter

HERE = Path(__file__).resolve().parent

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that is loaded, as it stands in the files."""

    company: Entry
    categories: dict[str, Entry]  # by slug
    articles: list[Entry]  # `slug`, `category`, `body`, and what the front matter says
    conversations: list[Entry]  # the oldest first
    desk: Entry  # what the agents made of them
    records: Entry  # what other systems tell of, and which kinds there are
    scenarios: Entry  # what must come of conversations with the assistant


def read() -> Content:
    """Read all files of the demo company."""
    conversations = [
        told
        for path in sorted((HERE / "conversations").glob("*.toml"))
        for told in _toml(path)["ticket"]
    ]
    return Content(
        company=_toml(HERE / "company.toml"),
        categories=_toml(HERE / "categories.toml"),
        articles=[_article(path) for path in sorted((HERE / "articles").glob("*/*.md"))],
        desk=_toml(HERE / "desk.toml"),
        records=_toml(HERE / "records.toml"),
        scenarios=_toml(HERE / "scenarios.toml"),
        conversations=sorted(conversations, key=lambda told: -float(told["days_ago"])),
    )


def share(*seed: object) -> float:
    """A number from 0 to 1 that looks random and is the same whenever it is asked for again."""
    return crc32("\n".join(map(str, seed)).encode()) / 0xFFFFFFFF


def _toml(path: Path) -> Entry:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _article(path: Path) -> Entry:
    post = frontmatter.loads(path.read_text(encoding="utf-8"))
    return {
        **post.metadata,
        "slug": path.stem,
        "category": path.parent.name,
        "body": post.content,
    }

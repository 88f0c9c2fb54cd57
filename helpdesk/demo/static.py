"""Static files collected under hashed names, again only when one of them changed."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect() -> bool:
    """Collect them unless that was done with the same files; whether it was needed."""
    mark = Path(settings.STATIC_ROOT).with_name("static.collected")
    now = fingerprint()
    if mark.exists() and mark.read_text() == now:
        return False
    mark.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    mark.write_text(now)
    return True


def fingerprint() -> str:
    """Names, sizes and times of all static files, and where and how they are kept."""
    digest = hashlib.sha256(repr((settings.STATIC_ROOT, settings.STORAGES)).encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            found = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()

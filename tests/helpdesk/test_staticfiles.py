"""Static files under hashed names: our modules find each other, packages are left alone."""

from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from pytest_django.fixtures import Settings

from helpdesk.demo import static


@pytest.fixture
def files(settings: Settings, tmp_path: Path) -> Path:
    """A folder of static files, collected under hashed names beside it."""
    source = tmp_path / "source"
    (source / "js").mkdir(parents=True)
    (source / "package").mkdir()
    (source / "js" / "page.js").write_text('import { say } from "./words.js";\nsay();\n')
    (source / "js" / "words.js").write_text("export function say() {}\n")
    (source / "package" / "own.js").write_text('// import { x } from "./not-here";\n')
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "helpdesk.staticfiles.Storage"},
    }
    return source


def test_a_module_imports_the_hashed_name_of_another(files: Path) -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    page, words = (staticfiles_storage.url(f"js/{name}.js") for name in ("page", "words"))
    assert not words.endswith("/words.js")
    text = Path(staticfiles_storage.path(f"js/{Path(page).name}")).read_text()
    assert f'"./{Path(words).name}"' in text


def test_files_are_collected_again_only_when_one_changed(files: Path) -> None:
    assert static.collect()
    assert not static.collect()
    (files / "js" / "words.js").write_text("export function say() { return 1; }\n")
    assert static.collect()
    assert not static.collect()


def test_collecting_that_was_interrupted_is_done_again(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object, **options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(static, "call_command", interrupted)
        with pytest.raises(KeyboardInterrupt):
            static.collect()
    assert static.collect()

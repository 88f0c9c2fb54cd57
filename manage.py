#!/usr/bin/env python
"""Django's command line for the helpdesk."""

import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    try:
        from django.core.management import execute_from_command_line

        from helpdesk.embedded import services

        with services.for_command(sys.argv):
            execute_from_command_line(sys.argv)
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if not missing or Path(__file__).with_name(missing).exists():  # a fault of ours
            raise
        sys.exit(f"The Python package {missing} is not installed: run `make .venv`.")


if __name__ == "__main__":
    main()

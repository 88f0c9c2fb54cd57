"""A fault of the machine or its settings that a person can put right, told in one sentence."""


class Trouble(Exception):
    """Shown alone, without a traceback, by the command line; its text is a whole sentence."""

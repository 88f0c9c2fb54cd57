"""What the assistant does after the commit."""


def subscribe() -> None: ...

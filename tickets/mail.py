"""Mail to customers: what an agent answered, and the confirmation of an address they left."""


def subscribe() -> None: ...

"""Who acts or looks: an agent, a customer, the assistant, an integrator's key, or the system."""

from __future__ import annotations

from dataclasses import dataclass

from tickets.models import ApiKey, AuthorKind, Customer, User


@dataclass(frozen=True, slots=True)
class Actor:
    """One of the kinds, with the row behind it. Nobody (an unknown visitor) is `Actor.nobody()`."""

    kind: str
    user: User | None = None
    customer: Customer | None = None
    api_key: ApiKey | None = None

    @classmethod
    def agent(cls, user: User) -> Actor:
        return cls(kind=AuthorKind.AGENT, user=user)

    @classmethod
    def of_customer(cls, customer: Customer) -> Actor:
        return cls(kind=AuthorKind.CUSTOMER, customer=customer)

    @classmethod
    def assistant(cls) -> Actor:
        return cls(kind=AuthorKind.ASSISTANT)

    @classmethod
    def system(cls) -> Actor:
        return cls(kind=AuthorKind.SYSTEM)

    @classmethod
    def integrator(cls, api_key: ApiKey) -> Actor:
        return cls(kind="api", api_key=api_key)

    @classmethod
    def nobody(cls) -> Actor:
        return cls(kind="nobody")

    @classmethod
    def for_agent(cls, api_key: ApiKey) -> Actor:
        """An integrator's key that acts for an agent, who answers for it: theirs are the rights."""
        return cls(kind=AuthorKind.AGENT, user=api_key.agent, api_key=api_key)

    @property
    def is_program(self) -> bool:
        """Whether a key acts for itself, and for nobody who works here."""
        return self.api_key is not None and self.user is None

    @property
    def works_here(self) -> bool:
        return self.user is not None and self.user.works_here

    def __str__(self) -> str:
        return str(self.user or self.customer or self.api_key or self.kind)

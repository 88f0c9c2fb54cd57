"""Systems of the company that are asked by signed calls: `ask` does it, everything else serves it."""

from tickets.connectors.asking import ask
from tickets.connectors.owners import Owner

__all__ = ["Owner", "ask"]

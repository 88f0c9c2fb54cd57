"""`manage.py demo_shop`: the demo company's shop, started with the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from helpdesk.demo.shop.server import Shop


class Command(BaseCommand):
    help = (
        "Answer the helpdesk's signed calls as a shop would, on this machine, until it is stopped."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        Shop(settings.DEMO_SHOP_PORT, settings.DEMO_SHOP_SECRET).serve_forever()

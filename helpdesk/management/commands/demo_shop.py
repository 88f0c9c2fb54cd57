"""`manage.py demo_shop`: the demo company's shop, started with the demo."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from helpdesk.demo import shop
from helpdesk.demo.shop.server import Shop


class Command(BaseCommand):
    help = (
        "Answer the helpdesk's signed calls as a shop would, on this machine, until it is stopped."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        Shop(shop.port(settings.DEMO_POST_PORT), shop.SECRET).serve_forever()

"""In which orders tickets are listed."""

from tickets.lists.keyset import Order

LATEST = Order("tickets", ("-last_message_at", "-pk"))  # those with the newest message first
MINE = Order("mine", ("-is_back", "-last_message_at", "-pk"))  # first what came back
QUEUE = Order("queue", ("-priority", "person_asked_at", "pk"))  # as they are to be accepted
CHANGES = Order("changes", ("updated_at", "pk"))  # in the order of their last changes

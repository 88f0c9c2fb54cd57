"""The demo company's shop: a program of its own that the helpdesk asks by signed calls."""

import base64

# It listens on this machine alone, next to the demo's mail server, and knows invented orders.
SECRET = "whsec_" + base64.b64encode(b"the shop of Kestrel and Moor, demo").decode()


def port(post_port: int) -> int:
    """Where it listens, beside the mail server of the same demo."""
    return post_port + 1

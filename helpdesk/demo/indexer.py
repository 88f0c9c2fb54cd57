"""The process that makes the demo's articles searchable, beside the helpdesk: `python -m` this."""

import django

if __name__ == "__main__":
    django.setup()
    from helpdesk.demo import load_index

    load_index.main()

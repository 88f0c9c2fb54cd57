"""Who can log in to the demo, and with which password. Not a secret: the demo prints it."""

PASSWORD = "kestrel-and-moor"  # noqa: S105  # shown to everybody who starts the demo
LOGINS = (
    ("Customer", "maya@lindqvist.example"),
    ("Agent", "amara@kestrelmoor.example"),
    ("Team lead", "priya@kestrelmoor.example"),
    ("Admin", "odhran@kestrelmoor.example"),
)

"""The tasks that the helpdesk comes with, and the detectors that notice what calls for them.

Those that need no other system are switched on; the others wait until an admin has chosen a type of
records and what its system is asked for.
"""

from django.db import migrations

DETECTORS = (
    (
        "order_status",
        "Task: where an order is",
        0.6,
        "Wants to know how far an order is, or when it comes.",
    ),
    (
        "parcel_tracking",
        "Task: where a parcel is",
        0.6,
        "Wants to know where a parcel is on its way, or what its tracking says.",
    ),
    (
        "return_label",
        "Task: a return label",
        0.6,
        "Wants to send something back and needs a label for it.",
    ),
    (
        "cancel_order",
        "Task: cancel an order",
        0.6,
        "Wants an order that was placed not to be sent.",
    ),
    (
        "change_address",
        "Task: another delivery address",
        0.6,
        "Wants an order to go to another address than the one it has.",
    ),
    ("opening_hours", "Task: opening hours", 0.6, "Asks when we are open or there."),
    (
        "resend_invoice",
        "Task: an invoice again",
        0.6,
        "Needs the invoice or receipt of an order, or needs it once more.",
    ),
    ("call_back", "Task: a call back", 0.6, "Wants to be called."),
    ("login_help", "Task: log in again", 0.6, "Cannot log in or has lost the password."),
)
ADDRESS = (
    ("street", "What is the street and the house number it should go to?", "text"),
    ("postcode", "And the postcode?", "postcode"),
)
TASKS = (
    (
        "order_status",
        "Where is my order?",
        {
            "identity": "confirmed",
            "answer": "Your order {order.reference}: **{order.status}**.\n\nIn it: {order.items}. Placed on {order.placed}.",
        },
        (),
    ),
    (
        "parcel_tracking",
        "Where is my parcel?",
        {
            "identity": "confirmed",
            "answer": "The parcel of your order {order.reference}: **{order.parcel_status}**.\n\n{order.carrier}, number {order.parcel}. Last seen: {order.parcel_seen}.",
        },
        (),
    ),
    (
        "return_label",
        "Get a return label",
        {
            "identity": "confirmed",
            "does": "call",
            "confirmation": "Shall I make a return label for {order.items} of your order {order.reference}, and send it to {email}?",
            "answer": "Your return has the number {result.return}. Here is the label to print: {result.label}\n\nIt is in your mail as well.",
        },
        (),
    ),
    (
        "cancel_order",
        "Cancel my order",
        {
            "identity": "confirmed",
            "does": "call",
            "confirmation": "Shall I cancel your order {order.reference} ({order.items}, £{order.total})?",
            "answer": "Your order {order.reference} is cancelled. What you paid goes back the way it came.",
        },
        (),
    ),
    (
        "change_address",
        "Send my order to another address",
        {
            "identity": "confirmed",
            "does": "call",
            "confirmation": "Shall your order {order.reference} go to {street}, {postcode}?",
            "answer": "Done: your order {order.reference} goes to {street}, {postcode}.",
        },
        ADDRESS,
    ),
    (
        "opening_hours",
        "When are you there?",
        {
            "active": True,
            "answer": "Our people are there: {opening_hours}\n\nYou can write at any time.",
        },
        (),
    ),
    (
        "resend_invoice",
        "Send me the invoice again",
        {
            "identity": "confirmed",
            "does": "call",
            "answer": "I had the invoice of your order {order.reference} sent to {email} again.",
        },
        (),
    ),
    (
        "call_back",
        "Call me back",
        {
            "active": True,
            "does": "hand_over",
            "answer": "I have asked for it: we will call you on {phone}.",
        },
        (("phone", "On which number can we reach you?", "phone"),),
    ),
    (
        "login_help",
        "Help me to log in",
        {
            "active": True,
            "answer": "You get a new password here: {password_page}\n\nType the address of your account there. A code comes to it by mail, and with the code you choose a new password.",
        },
        (),
    ),
)


def add(apps, schema_editor):
    detector, task = apps.get_model("bots", "Detector"), apps.get_model("bots", "Task")
    fact = apps.get_model("bots", "TaskFact")
    for slug, name, threshold, description in DETECTORS:
        detector.objects.update_or_create(
            slug=slug,
            defaults={
                "name": name,
                "kind": "task",
                "threshold": threshold,
                "description": description,
                "shipped": True,
            },
        )
    for key, name, values, facts in TASKS:
        made = task.objects.create(key=key, name=name, shipped=True, **values)
        for position, (fact_key, question, kind) in enumerate(facts):
            fact.objects.create(
                task=made, key=fact_key, question=question, kind=kind, position=position
            )


def remove(apps, schema_editor):
    apps.get_model("bots", "TaskFact").objects.filter(task__shipped=True).delete()
    apps.get_model("bots", "Task").objects.filter(shipped=True).delete()
    keys = [slug for slug, _name, _threshold, _description in DETECTORS]
    apps.get_model("bots", "Detector").objects.filter(slug__in=keys).delete()


class Migration(migrations.Migration):
    dependencies = [("bots", "0020_tasks")]

    operations = [migrations.RunPython(add, remove)]

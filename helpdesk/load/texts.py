"""What people write in the conversations of a load: a few kinds of concerns, in many variations."""

from __future__ import annotations

from random import Random

RARE = "gyroscope"  # said in one conversation of RARELY
RARELY = 20_000

_PRODUCTS = (
    *("Fell 2 tent", "Ember stove", "Drift 400 sleeping bag", "Ridge 45 pack", "Cairn mat"),
    *("Tarn bottle", "Scree poles", "Gully jacket", "Moor gloves", "Beck filter", "Crag lamp"),
)
_CITIES = (
    *("Leeds", "Bruges", "Malmö", "Kraków", "Porto", "Graz", "Lyon", "Tromsø", "Cork", "Utrecht"),
    *("Bilbao", "Aarhus", "Köln", "Torino", "Gdańsk", "Bergen", "Bath", "Ghent", "Brno", "Turku"),
)
_PARTS = ("pole", "zip", "valve", "seam", "strap", "buckle", "hose", "pump", "lid", "cord", "peg")
_DAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "yesterday",
    "last week",
)
_COLOURS = ("green", "slate", "orange", "sand", "blue", "red")

_OPENINGS = (
    "My parcel {order} has not arrived. The tracking says {city} since {day}.",
    "Hello, I ordered the {product} on {day} and the parcel went to {city}. Order {order}.",
    "The {part} of my {product} broke on the first trip. What can I do?",
    "I would like to return the {product} in {colour}, it is too small. Order number {order}.",
    "Where is my refund for {order}? I sent the {product} back on {day}.",
    "You charged my card twice for {order}. Please look into it.",
    "Can I change the delivery address of {order} to {city}?",
    "Which {part} fits the {product}? Mine is lost.",
    "I need an invoice with VAT for {order}, for our office in {city}.",
    "The {product} came in {colour} and I ordered {other}. I want to exchange it.",
    "How do I wash the {product}? It smells after the rain in {city}.",
    "My account is locked and the reset mail does not come.",
    "Do you ship the {product} to {city}, and how long does it take?",
    "The courier left the parcel {order} in the rain, the {product} is soaked.",
    "Is the {product} in {colour} in stock again? I have waited since {day}.",
    "The {part} leaks. I bought the {product} two years ago, is there a warranty?",
)
_MORE = (
    "Thank you. The number is {order}.",
    "I have tried that on {day} already, it did not help.",
    "It is the {colour} one, with the broken {part}.",
    "When will it be sent? I leave for {city} on {day}.",
    "I attached a photo of the {part}.",
    "Still nothing. Please answer.",
    "That would be great, thanks a lot!",
    "No, the other one: the {product}.",
    "My neighbour in {city} did not get the parcel either.",
    "Fine, then please send the refund to my card.",
)
_ANSWERS = (
    "I am sorry about that. I have asked the carrier about {order} and will write by {day}.",
    "I am sending you a spare {part} today, free of charge. It should be there by {day}.",
    "The refund for {order} was made on {day}. Your bank may take three working days.",
    "Please send it back with the label in this mail; we will exchange it for the {colour} one.",
    "I have changed the address to {city}. The parcel leaves on {day}.",
    "The invoice is attached. Is there anything else that I can do?",
    "That is covered by the warranty. Which {part} is it, and where did you buy the {product}?",
    "It is in stock again from {day}. Shall I put one aside for you?",
)
_ASSISTANT = (
    "This is what our help articles say: a parcel within the country takes two to three working days.",
    "You have 60 days to return an item. Keep the receipt and the packaging.",
    "Wash it by hand at 30 degrees, with a mild soap, and let it dry flat.",
    "Open your account, choose Orders, then Change the address, as long as it is not packed.",
)
_NOTES = (
    "Called the carrier: {order} is stuck in {city}.",
    "Third broken {part} of this batch, told the workshop.",
    "Customer is a guide, be generous.",
    "Refund approved by Billing on {day}.",
    "Waiting for the warehouse to count the {product} in {colour}.",
)
_FILES = ("photo.jpg", "invoice.pdf", "receipt.png", "label.pdf", "screenshot.png")


class Writer:
    """One concern: its product, order and place are the same in all that is said of it."""

    def __init__(self, rng: Random, number: int) -> None:
        self.rng = rng
        self.slots = {
            "order": f"KM-{100_000 + number}",
            "product": rng.choice(_PRODUCTS),
            "city": rng.choice(_CITIES),
            "part": rng.choice(_PARTS),
            "day": rng.choice(_DAYS),
            "colour": rng.choice(_COLOURS),
            "other": rng.choice(_COLOURS),
        }
        self.rare = number % RARELY == RARELY // 2

    def opening(self) -> str:
        words = self._one(_OPENINGS)
        return f"{words} It is about the {RARE}." if self.rare else words

    def more(self) -> str:
        return self._one(_MORE)

    def answer(self) -> str:
        return self._one(_ANSWERS)

    def assistant(self) -> str:
        return self._one(_ASSISTANT)

    def note(self) -> str:
        return self._one(_NOTES)

    def file(self) -> str:
        return self.rng.choice(_FILES)

    def _one(self, texts: tuple[str, ...]) -> str:
        return self.rng.choice(texts).format_map(self.slots)

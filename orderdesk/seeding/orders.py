"""Making up orders: pure, and the same each time for the same seed and place."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from orderdesk.seeding import names
from orderdesk.seeding.names import Product

# An order's customer is one of about this many for each order of the store, so people come back.
CUSTOMERS_PER_ORDER = 0.6
DAYS_OF_HISTORY = 365
NEW, PREPARED, CLOSED, CANCELED = "New", "Prepared", "Closed", "Canceled"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who buys or is given something."""

    first_name: str
    last_name: str
    company: str
    email: str
    phone: str
    street: str
    city: str
    state: str
    postal_code: str
    country: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an order."""

    product: Product
    quantity: int


@dataclass(frozen=True, slots=True)
class MadeUp:
    """An order made up; amounts are in cents. `tracking` is '' where nothing was shipped."""

    store: int
    number: int
    source: str
    placed_at: datetime
    buyer: Person
    receiver: Person
    lines: tuple[Line, ...]
    method: str
    payment: str
    shipping: int
    tax: int
    discount: int
    tag: str
    note: str
    is_gift: bool
    folder: str
    carrier: str
    tracking: str
    moved_at: datetime

    @property
    def products(self) -> int:
        """What the lines come to."""
        return sum(line.product.cents * line.quantity for line in self.lines)

    @property
    def total(self) -> int:
        """What is paid."""
        return self.products + self.shipping + self.tax - self.discount


@dataclass(frozen=True, slots=True)
class Place:
    """Where an order stands among all: its own place, its store's, and its number there."""

    place: int
    store: int
    number: int


def places(seed: int, *, orders: int, stores: int) -> list[Place]:
    """Spread orders over stores, a few of which have most: store = stores × u³."""
    random, counts = Random(f"{seed} stores"), [0] * stores  # noqa: S311 - no secret
    found = []
    for place in range(orders):
        store = int(stores * random.random() ** 3)
        counts[store] += 1
        found.append(Place(place, store, 1000 + counts[store]))
    return found


def person(seed: int, store: int, customer: int) -> Person:
    """Make up one customer of a store."""
    random = Random(f"{seed} {store} {customer}")  # noqa: S311 - no secret
    first, last = random.choice(names.FIRST_NAMES), random.choice(names.LAST_NAMES)
    # Most parcels go to the first places of the list.
    city, state, digits, country = names.CITIES[int(len(names.CITIES) * random.random() ** 2)]
    chance = random.random()
    return Person(
        first_name=first,
        last_name=last,
        company=f"{last} {random.choice(names.COMPANIES)}" if chance < 0.12 else "",
        email=f"{_plain(first)}.{_plain(last)}{customer}@{random.choice(names.MAIL_HOSTS)}",
        phone=f"555-{random.randrange(100, 1000)}-{random.randrange(10_000):04}",
        street=f"{random.randrange(1, 990)} {random.choice(names.STREETS)} "
        f"{random.choice(names.STREET_KINDS)}",
        city=city,
        state=state,
        postal_code=f"{digits}{random.randrange(100):02}",
        country=country,
    )


def _plain(name: str) -> str:
    return name.encode("ascii", "ignore").decode().lower()


def made_up(seed: int, at: Place, *, until: datetime, share: float) -> MadeUp:
    """Make up the order at a place; `share` is how far along the year it was placed, 0 to 1."""
    random = Random(f"{seed} order {at.place}")  # noqa: S311 - no secret
    shelves = (at.store % len(names.SHELVES), (at.store // 3 + 1) % len(names.SHELVES))
    lines = _lines(random, names.SHELVES[shelves[0]] + names.SHELVES[shelves[1]])
    products = sum(line.product.cents * line.quantity for line in lines)
    customers = int((at.number - 1000) * CUSTOMERS_PER_ORDER) + 1
    buyer = person(seed, at.store, random.randrange(customers))
    is_gift = random.random() < 0.08
    # Someone beyond every customer's number.
    receiver = person(seed, at.store, 10**9 + at.place) if is_gift else buyer
    back = timedelta(days=DAYS_OF_HISTORY) * (1 - share)
    placed_at = until - back - timedelta(seconds=random.randrange(60))
    folder = _folder(random, until - placed_at)
    moved_at = min(until, placed_at + timedelta(hours=random.randrange(2, 90)))
    carrier = random.choice(names.CARRIERS)
    return MadeUp(
        store=at.store,
        number=at.number,
        source=names.SOURCES[at.store % len(names.SOURCES)],
        placed_at=placed_at,
        buyer=buyer,
        receiver=receiver,
        lines=lines,
        method=random.choice(names.METHODS),
        payment=random.choice(names.PAYMENTS),
        shipping=0 if products > 7500 else random.choice((495, 595, 795)),
        tax=products * random.choice((0, 0, 6, 8)) // 100,
        discount=products // 10 if random.random() < 0.1 else 0,
        tag=random.choice(("red", "yellow", "green", "blue")) if random.random() < 0.02 else "",
        note=random.choice(names.NOTES) if random.random() < 0.06 else "",
        is_gift=is_gift,
        folder=folder,
        carrier=carrier,
        tracking=_tracking(random, carrier) if folder == CLOSED else "",
        moved_at=moved_at,
    )


def _lines(random: Random, shelf: tuple[Product, ...]) -> tuple[Line, ...]:
    count = random.choice((1, 1, 1, 2, 2, 3, 4, 5))
    return tuple(
        Line(product, random.choice((1, 1, 1, 2, 3))) for product in random.sample(shelf, count)
    )


def _folder(random: Random, age: timedelta) -> str:
    chance = random.random()
    if chance < 0.02:
        return CANCELED
    if age < timedelta(days=2):
        return NEW if chance < 0.8 else PREPARED
    if age < timedelta(days=6):
        return PREPARED if chance < 0.6 else CLOSED
    return CLOSED


def _tracking(random: Random, carrier: str) -> str:
    digits = f"{random.randrange(10**12):012}"
    return {
        "USPS": f"9400{digits}{digits[:6]}",
        "UPS": f"1Z{digits[:6]}03{digits[4:]}",
        "FedEx": f"77{digits[:10]}",
        "DHL": digits[:10],
    }[carrier]

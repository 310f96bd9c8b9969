"""One simulated Meta: everything that exists, its clock and what is about to happen. No network and no threads here."""

from __future__ import annotations

import base64
import hashlib
import heapq
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Generic, TypeVar

from simulator import defaults
from simulator.changes import Change
from simulator.clock import Clock
from simulator.errors import GraphError, unknown_object
from simulator.meters import Meters
from simulator.models import (
    App,
    Conversation,
    Customer,
    Json,
    Media,
    Message,
    Number,
    Template,
    Token,
    Waba,
    bsuid_for,
)
from simulator.people import MAGIC, country_of, digits_of, variants

T = TypeVar("T")
Listener = Callable[[str, str, str], None]  # kind of thing, number id or "", id
SHELVES: Final = (
    "apps",
    "tokens",
    "wabas",
    "numbers",
    "customers",
    "templates",
    "messages",
    "media",
    "conversations",
)
SAMPLE_SECONDS: Final = 14 * 24 * 60 * 60
DEFAULT_SETTINGS: Final[Json] = {
    "sent": [0.02, 0.08],
    "delivered": [0.05, 0.25],
    "read": [0.5, 1.5],
    "review": [1.0, 3.0],
    "review_mode": "auto",
    "auto_read": True,
    "media_url_seconds": 300,
}


class Shelf(dict[str, T], Generic[T]):
    """Things by id, remembering which changed since they were last written down."""

    def __init__(self) -> None:
        super().__init__()
        self.changed: set[str] = set()

    def keep(self, thing: T) -> T:
        """Put a thing in, or in the place of its older self."""
        key: str = thing.id  # type: ignore[attr-defined]
        self[key] = thing
        self.changed.add(key)
        return thing

    def drop(self, key: str) -> None:
        """Take a thing out."""
        self.pop(key, None)
        self.changed.add(key)


class World:
    """The store and the agenda. The verbs stand in `sending`, `inbound`, `accounts` and `review`."""

    def __init__(self, *, clock: Clock | None = None, seed: int = 1) -> None:
        self.lock = threading.RLock()
        self.clock = clock or Clock()
        self.listeners: list[Listener] = []
        self.base_url = "http://127.0.0.1:8001"
        self.default_webhook = ""
        self.reset(seed=seed)

    def reset(self, *, seed: int = 1) -> None:
        """An empty world."""
        with self.lock:
            self.rng = random.Random(seed)  # noqa: S311 dice
            self.settings: Json = dict(DEFAULT_SETTINGS)
            self.meters = Meters()
            self.apps: Shelf[App] = Shelf()
            self.tokens: Shelf[Token] = Shelf()
            self.wabas: Shelf[Waba] = Shelf()
            self.numbers: Shelf[Number] = Shelf()
            self.customers: Shelf[Customer] = Shelf()
            self.templates: Shelf[Template] = Shelf()
            self.messages: Shelf[Message] = Shelf()
            self.media: Shelf[Media] = Shelf()
            self.conversations: Shelf[Conversation] = Shelf()
            self.blobs: dict[str, bytes] = {}
            self.changed_blobs: set[str] = set()
            self.uploads: dict[str, Json] = {}
            self.codes: dict[str, str] = {}
            self.threads: dict[tuple[str, str], list[str]] = {}
            self.open_conversations: dict[tuple[str, str], list[str]] = {}
            self.service_used: dict[str, int] = {}
            self.by_wa_id: dict[str, str] = {}
            self.by_user_id: dict[str, str] = {}
            self.last_inbound: dict[tuple[str, str], float] = {}
            self.last_ad: dict[tuple[str, str], float] = {}
            self.typing: dict[tuple[str, str], float] = {}
            self.vanished: list[Json] = []
            self.agenda: list[tuple[float, int, str, Json]] = []
            self.ready: list[Change] = []
            self.unposted: list[Json] = []
            self._serial = 0
            self.generation = getattr(self, "generation", 0) + 1
            self.wake: Callable[[], None] = getattr(self, "wake", lambda: None)

    # --- the stock -------------------------------------------------------------------------------------------------

    def with_defaults(
        self, *, secret: str = defaults.APP_SECRET, verify_token: str = defaults.VERIFY_TOKEN
    ) -> World:
        """One app, one WABA, one number and one token, so that a bare start is usable."""
        app = self.apps.keep(App(id=defaults.APP_ID, secret=secret, verify_token=verify_token))
        self.tokens.keep(Token(id=defaults.TOKEN, app_id=app.id))
        self.wabas.keep(Waba(id=defaults.WABA_ID, subscribed_apps=(app.id,)))
        self.numbers.keep(
            Number(id=defaults.NUMBER_ID, waba_id=defaults.WABA_ID, phone=defaults.PHONE)
        )
        return self

    def new_id(self, prefix: str = "") -> str:
        """An id in Meta's manner: fifteen digits."""
        self._serial += 1
        return prefix + str(self.rng.randrange(10**14, 9 * 10**14))

    def new_wamid(self, digits: str) -> str:
        """A message id that is unlike any other."""
        raw = bytes([29, len(digits)]) + digits.encode() + self.rng.randbytes(12)
        return "wamid.HBg" + base64.b64encode(raw).decode().rstrip("=").replace("+", "A").replace(
            "/", "B"
        )

    def number(self, number_id: str) -> Number:
        """The number, or Meta's words that it is not there."""
        found = self.numbers.get(number_id)
        if found is None:
            raise unknown_object(number_id)
        return found

    def waba(self, waba_id: str) -> Waba:
        """The WABA, or Meta's words that it is not there."""
        found = self.wabas.get(waba_id)
        if found is None:
            raise unknown_object(waba_id)
        return found

    # --- customers -------------------------------------------------------------------------------------------------

    def find_customer(self, who: str) -> Customer | None:
        """By our id, by BSUID, or by any spelling of the phone number."""
        key = who if who in self.customers else self.by_user_id.get(who)
        if key is None and not (len(who) > 2 and who[2] == "."):
            spelled = variants(digits_of(who))
            key = next((self.by_wa_id[s] for s in spelled if s in self.by_wa_id), None)
        return self.customers.get(key) if key else None

    def ensure_customer(self, who: str, **details: Any) -> Customer:
        """The person, new if nobody has met them; details given replace the old ones."""
        found = self.find_customer(who)
        if found is None:
            found = self._new_customer(who, str(details.pop("user_id", "") or ""))
        if details:
            found = replace(found, **details)
        return self.keep_customer(found)

    def _new_customer(self, who: str, user_id: str) -> Customer:
        if len(who) > 2 and who[2] == ".":
            return Customer(id=who, user_id=who, shares_phone=False)
        digits = digits_of(who)
        if not digits:
            raise GraphError(100, message="(#100) A customer needs a phone number or a BSUID.")
        return Customer(
            id=digits,
            wa_id=digits,
            user_id=user_id or bsuid_for(digits, country=country_of(digits)),
            behaviour=MAGIC.get(digits, "normal"),
        )

    def keep_customer(self, customer: Customer) -> Customer:
        """Store a person and the ways to find them."""
        old = self.customers.get(customer.id)
        if old == customer:
            return customer
        if old is not None and old.wa_id != customer.wa_id:
            self.by_wa_id.pop(old.wa_id, None)
        if customer.wa_id:
            self.by_wa_id[customer.wa_id] = customer.id
        if customer.user_id:
            self.by_user_id[customer.user_id] = customer.id
        self.customers.keep(customer)
        self.tell("customer", "", customer.id)
        return customer

    # --- messages --------------------------------------------------------------------------------------------------

    def keep_message(self, message: Message) -> Message:
        """Store a message, in its thread if it is new."""
        is_new = message.id not in self.messages
        self.messages.keep(message)
        key = (message.number_id, message.customer_id)
        if is_new:
            thread = self.threads.setdefault(key, [])
            thread.append(message.id)
            if len(thread) > 1 and self.messages[thread[-2]].at > message.at:
                thread.sort(key=lambda wamid: self.messages[wamid].at)
        if message.direction == "in":
            self.last_inbound[key] = max(self.last_inbound.get(key, 0.0), message.at)
            if message.referral:
                self.last_ad[key] = message.at
        self.tell("message", message.number_id, message.id)
        return message

    def window_is_open(self, number_id: str, customer_id: str, *, at: float) -> bool:
        """The customer service window: 24 h from the person's last message to this number."""
        return at < self.last_inbound.get((number_id, customer_id), -1e12) + 86400

    def add_media(
        self, data: bytes, *, mime_type: str, number_id: str, filename: str = "", days: int = 30
    ) -> Media:
        """Keep a file."""
        media = Media(
            id=self.new_id(),
            number_id=number_id,
            mime_type=mime_type,
            sha256=hashlib.sha256(data).hexdigest(),
            size=len(data),
            at=self.clock.now(),
            filename=filename,
            ttl=days * 86400.0,
        )
        self.blobs[media.id] = data
        self.changed_blobs.add(media.id)
        return self.media.keep(media)

    def media_url(self, media: Media) -> str:
        """A link that lives five minutes; the download looks at its signature."""
        until = int(self.clock.now() + float(self.settings["media_url_seconds"]))
        return f"{self.base_url}/media/{media.id}/{until}/{self.media_signature(media.id, until)}"

    def media_signature(self, media_id: str, until: int) -> str:
        return hashlib.sha256(f"media:{media_id}:{until}".encode()).hexdigest()[:32]

    def sample_handle(self, media: Media) -> str:
        """What an upload of a sample is answered with."""
        return "4::" + base64.b64encode(f"{media.id}:{media.mime_type}".encode()).decode()

    def with_addresses(self, components: Any) -> Any:
        """As Meta shows them: an address instead of the handle, signed anew for two weeks."""
        if isinstance(components, list):
            return [self.with_addresses(one) for one in components]
        if not isinstance(components, dict):
            return components
        return {
            key: [self._sample_address(one) for one in value]
            if key == "header_handle" and isinstance(value, list)
            else self.with_addresses(value)
            for key, value in components.items()
        }

    def _sample_address(self, handle: Any) -> Any:
        """Unchanged if it is none of ours."""
        try:
            told = base64.b64decode(str(handle).removeprefix("4::"), validate=True).decode()
        except ValueError:
            return handle
        media_id = told.partition(":")[0]
        if media_id not in self.media:
            return handle
        until = int(self.clock.now()) + SAMPLE_SECONDS
        signature = self.media_signature(media_id, until)
        return f"{self.base_url}/sample/{media_id}?oe={until}&oh={signature}"

    # --- the agenda ------------------------------------------------------------------------------------------------

    def soon(self, name: str) -> float:
        """A delay with jitter, from the settings."""
        low, high = self.settings[name]
        return self.rng.uniform(float(low), float(high))

    def later(self, seconds: float, kind: str, data: Json) -> None:
        """Put something on the agenda. Virtual time counts: time that is made to pass brings it about."""
        self._serial += 1
        heapq.heappush(self.agenda, (self.clock.now() + seconds, self._serial, kind, data))
        self.wake()

    def emit(self, change: Change) -> None:
        """A webhook is due now."""
        self.ready.append(change)
        self.wake()

    def take(self) -> list[Change]:
        """Do what has fallen due and hand over every webhook that waits."""
        from simulator.agenda import run

        with self.lock:
            while self.agenda and self.agenda[0][0] <= self.clock.now():
                _, _, kind, data = heapq.heappop(self.agenda)
                run(self, kind, data)
            ready, self.ready = self.ready, []
            return ready

    def next_due(self) -> float | None:
        """Seconds until something happens, if anything is planned."""
        with self.lock:
            return max(0.0, self.agenda[0][0] - self.clock.now()) if self.agenda else None

    def time_passes(
        self, *, seconds: float = 0, minutes: float = 0, hours: float = 0, days: float = 0
    ) -> None:
        """Move the clock. What falls due on the way happens."""
        with self.lock:
            self.clock.passes(seconds=seconds, minutes=minutes, hours=hours, days=days)
        self.wake()

    def tell(self, kind: str, number_id: str, key: str) -> None:
        """Let the phone page know."""
        for listener in self.listeners:
            listener(kind, number_id, key)

    # --- the short way for tests -----------------------------------------------------------------------------------

    def customer(self, who: str, *, number_id: str = "", **details: Any) -> Any:
        """The person's phone, as a handle with verbs: `world.customer("+49…").writes("Hi")`."""
        from simulator.person import Person

        with self.lock:
            found = self.ensure_customer(who, **details)
            return Person(
                self, customer_id=found.id, number_id=number_id or next(iter(self.numbers))
            )

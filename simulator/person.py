"""A customer as tests hold them: `world.customer("+49…").writes("Hi")`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from simulator import inbound, pictures, rating
from simulator.models import Customer, Json, Message, Number
from simulator.payload import kind_for

if TYPE_CHECKING:
    from simulator.world import World


class Person:
    """One customer's phone, in the chat with one business number."""

    def __init__(self, world: World, *, customer_id: str, number_id: str) -> None:
        self.world = world
        self.id = customer_id
        self.number_id = number_id

    @property
    def customer(self) -> Customer:
        return self.world.customers[self.id]

    @property
    def number(self) -> Number:
        return self.world.number(self.number_id)

    @property
    def messages(self) -> list[Message]:
        """The chat as this person has it."""
        with self.world.lock:
            return [
                self.world.messages[i]
                for i in self.world.threads.get((self.number_id, self.id), [])
            ]

    @property
    def received(self) -> list[Message]:
        """What the business sent."""
        return [message for message in self.messages if message.direction == "out"]

    def to(self, number_id: str) -> Person:
        """The same person, writing to another business number."""
        return Person(self.world, customer_id=self.id, number_id=number_id)

    def sends(
        self,
        kind: str,
        content: Any,
        *,
        quoting: str = "",
        context: Json | None = None,
        referral: Json | None = None,
    ) -> Message:
        """Any message type with its object as Meta has it."""
        quote = {"id": quoting} if quoting else {}
        with self.world.lock:
            return inbound.write(
                self.world,
                self.number,
                self.customer,
                kind=kind,
                content=content,
                context=(context or {}) | quote,
                referral=referral,
            )

    def writes(self, text: str, *, quoting: str = "") -> Message:
        return self.sends("text", {"body": text}, quoting=quoting)

    def sends_file(
        self,
        data: bytes,
        *,
        mime_type: str,
        filename: str = "",
        caption: str = "",
        kind: str = "",
        voice: bool = False,
        quoting: str = "",
    ) -> Message:
        """A file; its kind follows from the MIME type."""
        kind = kind or kind_for(mime_type)
        with self.world.lock:
            media = self.world.add_media(
                data, mime_type=mime_type, number_id=self.number_id, filename=filename, days=7
            )
            content = inbound.media_content(media, kind=kind, caption=caption, voice=voice)
            return self.sends(kind, content, quoting=quoting)

    def sends_image(self, *, caption: str = "", quoting: str = "") -> Message:
        """A picture made on the spot."""
        return self.sends_file(
            pictures.photo(self.world.rng.random()),
            mime_type="image/jpeg",
            caption=caption,
            quoting=quoting,
        )

    def sends_voice(self) -> Message:
        return self.sends_file(pictures.voice(), mime_type="audio/ogg; codecs=opus", voice=True)

    def sends_sticker(self) -> Message:
        return self.sends_file(pictures.sticker(self.world.rng.random()), mime_type="image/webp")

    def sends_location(
        self, latitude: float, longitude: float, *, name: str = "", address: str = ""
    ) -> Message:
        place: Json = {"latitude": latitude, "longitude": longitude}
        return self.sends(
            "location", place | {k: v for k, v in (("name", name), ("address", address)) if v}
        )

    def sends_contact(self, name: str, phone: str) -> Message:
        first, _, last = name.partition(" ")
        card = {
            "name": {
                "formatted_name": name,
                "first_name": first,
                **({"last_name": last} if last else {}),
            },
            "phones": [
                {"phone": phone, "type": "CELL", "wa_id": phone.lstrip("+").replace(" ", "")}
            ],
        }
        return self.sends("contacts", [card])

    def comes_from_ad(self, text: str, **ad: str) -> Message:
        return self.sends("text", {"body": text}, referral=inbound.AD | ad)

    def reacts(self, message_id: str, emoji: str) -> Message:
        content = {"message_id": message_id, **({"emoji": emoji} if emoji else {})}
        return self.sends("reaction", content)

    def edits(self, message_id: str, text: str) -> Message:
        new = {"type": "text", "text": {"body": text}}
        return self.sends("edit", {"original_message_id": message_id, "message": new})

    def revokes(self, message_id: str) -> Message:
        return self.sends("revoke", {"original_message_id": message_id})

    def taps(self, message_id: str, index: int = 0) -> Message | None:
        """A button or a list row, by its place."""
        with self.world.lock:
            return inbound.tap(
                self.world, self.number, self.customer, message_id=message_id, index=index
            )

    def reads(self) -> int:
        with self.world.lock:
            return inbound.read_all(self.world, self.number, self.customer)

    def stops_marketing(self) -> None:
        with self.world.lock:
            inbound.prefer(self.world, self.number, self.customer, value="stop")

    def resumes_marketing(self) -> None:
        with self.world.lock:
            inbound.prefer(self.world, self.number, self.customer, value="resume")

    def complains(self) -> None:
        """Blocks and reports the business."""
        with self.world.lock:
            rating.complain(self.world, self.number, self.customer)

    def goes_offline(self) -> None:
        with self.world.lock:
            self.world.keep_customer(replace(self.customer, is_online=False))

    def goes_online(self) -> None:
        with self.world.lock:
            inbound.come_online(self.world, self.customer)

    def changes_number(self, new: str) -> None:
        with self.world.lock:
            inbound.change_number(self.world, self.number, self.customer, new=new)

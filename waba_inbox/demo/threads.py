"""One chat of the cast as rows: contact, conversation, messages, reactions, read marks. Nothing is saved here."""

from __future__ import annotations

import base64
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any, Final

from django.core.files.base import ContentFile

from accounts.models import Agent, PricingPlan
from conversations import statuses
from conversations.models import (
    Attempt,
    Contact,
    Conversation,
    ConversationStatus,
    Direction,
    MediaFile,
    MediaState,
    Message,
    Reaction,
    ReadMark,
    Source,
)
from conversations.window import ServiceWindow
from templates_app.models import Template
from waba_inbox.demo import bodies, sent, templates
from waba_inbox.demo.bodies import Body
from waba_inbox.demo.cast import Chat, Said
from waba_inbox.demo.company import ACTIVITY_ACTOR, Company
from whatsapp.facts import Referral

NOTICES: Final = {
    "user_changed_number": "number",
    "customer_identity_changed": "identity",
    "user_preferences": "marketing_stopped",
}
UNSUPPORTED: Final = (131051, "Message type is currently not supported.")
WINDOW_CLOSED: Final = 131047


@dataclass(slots=True)
class Thread:
    """One chat on its way into the database."""

    chat: Chat
    contact: Contact
    conversation: Conversation
    messages: list[Message] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    quotes: list[tuple[Message, Message]] = field(default_factory=list)

    def settle(self) -> None:
        """The list's columns: what receiving and sending would have left behind, line by line."""
        conversation = self.conversation
        plan = conversation.number.account.pricing_plan
        window = ServiceWindow(conversation_plan=plan == PricingPlan.CONVERSATION_2022)
        entry = sent.FreeEntry()
        for message in self.messages:
            if message.direction == Direction.IN:
                window = window.after_inbound(message.at)
                entry.came(message)
                self._count(message)
            elif message.direction == Direction.OUT:
                conversation.waiting_since = None
                if message.delivered_at:
                    window = window.after_outbound(message.delivered_at)
                    message.pricing = sent.priced(
                        message,
                        origin=window.billed_origin,
                        is_free_entry=entry.holds(delivered_at=message.delivered_at),
                    )
                if message.error_code == WINDOW_CLOSED:
                    conversation.window_refused_at = message.failed_at
        if window.conversation_plan:
            conversation.billed_until = window.billed_until
            conversation.billed_origin = window.billed_origin
        first = next(m for m in self.messages if m.direction != Direction.SYSTEM)
        if first.direction == Direction.OUT:
            conversation.source = Source.US
        elif first.referral:
            conversation.source = Source.AD
        last = next(m for m in reversed(self.messages) if m.direction != Direction.SYSTEM)
        conversation.last_at, conversation.last_kind = last.at, last.kind
        conversation.last_text, conversation.last_direction = last.text[:160], last.direction
        conversation.last_status = last.status
        conversation.last_error = last.error_code if last.direction == Direction.OUT else None

    def _count(self, message: Message) -> None:
        conversation = self.conversation
        conversation.inbound_count += 1
        conversation.last_inbound_at = message.at
        conversation.last_inbound_wamid = message.wamid
        conversation.waiting_since = conversation.waiting_since or message.at

    @property
    def unanswered(self) -> int:
        """How many messages of the customer stand at the end."""
        count = 0
        for message in reversed(self.messages):
            if message.direction == Direction.OUT:
                break
            count += message.direction == Direction.IN
        return count


class Writer:
    """Makes rows of chats. Holds what all of them share: the company, the dice and the running numbers."""

    def __init__(
        self, company: Company, library: dict[tuple[int, str, str], Template], *, now: datetime
    ) -> None:
        self.company = company
        self.library = library
        self.now = now
        self.rng = Random(45)  # noqa: S311  the same demo every time
        self.files = 0

    # --- a chat ------------------------------------------------------------------------------------

    def thread(self, chat: Chat) -> Thread:
        number = self.company.numbers[chat.team]
        contact = self._contact(chat)
        conversation = Conversation(
            workspace=self.company.workspace,
            contact=contact,
            number=number,
            created_at=chat.said[0].at,
        )
        thread = Thread(chat, contact, conversation)
        for said in chat.said:
            if bodies.is_makeable(said):
                self._say(thread, said)
        self._leave_unread(thread)
        thread.settle()
        self._hand_out(thread)
        return thread

    def _leave_unread(self, thread: Thread) -> None:
        """Of every second chat the customer has not seen our newest answers; what they answered to, they have."""
        inbound = [message.at for message in thread.messages if message.direction == Direction.IN]
        if self.rng.random() < 0.5:
            for attempt in thread.attempts:
                if not inbound or attempt.message.at > inbound[-1]:
                    sent.leave_unread(attempt, now=self.now)

    def _contact(self, chat: Chat) -> Contact:
        who = chat.who
        phone = "79310009090" if chat.key == "part-new_number" else who.phone
        return Contact(
            workspace=self.company.workspace,
            name=who.given,
            profile_name=who.profile,
            username=who.username,
            phone=phone,
            user_id=who.user_id,
            language=who.language,
            created_at=chat.said[0].at,
        )

    def _say(self, thread: Thread, said: Said) -> None:
        match said.line.side:
            case "in":
                self._in(thread, said)
            case "out":
                self._out(thread, said)
            case "notice":
                self._notice(thread, said)
            case "activity":
                self._activity(thread, said.line.variants[0], at=said.at)
            case side:
                self._react(thread, said, is_ours=side == "out+")

    def _message(self, thread: Thread, said_at: datetime, **fields: Any) -> Message:
        conversation = thread.conversation
        message = Message(
            workspace=self.company.workspace,
            conversation=conversation,
            number=conversation.number,
            at=said_at.replace(microsecond=0),
            **fields,
        )
        thread.messages.append(message)
        return message

    # --- lines -------------------------------------------------------------------------------------

    def _in(self, thread: Thread, said: Said) -> None:
        marks = said.line.said
        latest = next((m for m in reversed(thread.messages) if m.kind == "interactive"), None)
        offered = bodies.offered_in(latest.content) if latest else {}
        self.files += 1
        media_id = str(990_000_000_000_000 + self.files)
        body = bodies.theirs(said, nth=self.files, media_id=media_id, offered=offered)
        message = self._message(
            thread,
            said.at,
            direction=Direction.IN,
            source="phone",
            kind=body.kind,
            text=body.text,
            content=body.content,
            media=self._file(thread, body, said.at, meta_id=media_id) if body.made else None,
            wamid=self._wamid(),
            status=statuses.RECEIVED,
            is_forwarded="forwarded" in marks,
            referral=_referral() if "ad" in marks else None,
        )
        answers = {"tap", "pick", "press"} & set(marks)
        if "quote" in marks or answers:
            self._quote(thread, message, kinds=("interactive", "template") if answers else ())
        if "edited" in marks:
            message.edited_at = said.at + timedelta(seconds=40)
        if "deleted" in marks:
            message.revoked_at = said.at + timedelta(seconds=25)
        if body.kind == "unsupported":
            message.error_code, message.error_details = UNSUPPORTED
        message.raw = self._raw(thread, message, body)

    def _raw(self, thread: Thread, message: Message, body: Body) -> dict[str, Any]:
        """As Meta would have sent it."""
        who = thread.chat.who
        raw: dict[str, Any] = {
            "id": message.wamid,
            "timestamp": str(int(message.at.timestamp())),
            "from_user_id": who.user_id,
            "type": body.kind,
            body.kind: body.raw,
        }
        if who.phone:
            raw["from"] = who.phone
        if message.quoted_wamid:
            raw["context"] = {"from": thread.conversation.number.digits, "id": message.quoted_wamid}
        if message.is_forwarded:
            raw["context"] = {"forwarded": True}
        if message.referral:
            raw["referral"] = bodies.ADVERT
        return raw

    def _out(self, thread: Thread, said: Said) -> None:
        marks = said.line.said
        template, fills = self._template(thread, said)
        self.files += 1
        body = bodies.ours(said, nth=self.files, template=template, fills=fills)
        message = self._message(
            thread,
            said.at,
            direction=Direction.OUT,
            source="agent",
            kind=body.kind,
            text=body.text,
            content=body.content,
            template=template,
            author=self._author(thread),
            media=self._file(thread, body, said.at) if body.made else None,
            wamid=self._wamid(),
            status=statuses.READ,
        )
        if "quote" in marks:
            self._quote(thread, message)
        thread.attempts.append(sent.go(message, marks, rng=self.rng, now=self.now))

    def _template(self, thread: Thread, said: Said) -> tuple[Template | None, tuple[str, ...]]:
        given = said.line.said.get("template", "").split()
        if not given:
            return None, ()
        account = thread.conversation.number.account
        language = given[1] if len(given) > 1 else thread.chat.who.language
        fills = next(plan.fills for plan in templates.PLANS if plan.name == given[0])
        return self.library[account.pk, given[0], language], fills

    def _author(self, thread: Thread) -> Agent:
        """Mostly one person a chat; now and then the manager helps out."""
        key = "elena" if self.rng.random() < 0.04 else thread.chat.author
        return self.company.agents[key]

    def _notice(self, thread: Thread, said: Said) -> None:
        name = said.line.variants[0]
        content: dict[str, Any] = {"change": NOTICES[name], "body": ""}
        if name == "user_preferences":
            thread.contact.marketing_stopped_at = thread.contact.marketing_said_at = said.at
        if name == "user_changed_number":
            content |= {"old": thread.chat.who.phone, "new": thread.contact.phone}
        self._message(
            thread,
            said.at,
            direction=Direction.SYSTEM,
            kind="system",
            source="system",
            content=content,
            wamid=self._wamid(),
            status=statuses.RECEIVED,
        )

    def _activity(self, thread: Thread, act: str, *, at: datetime, to: str = "") -> None:
        hand = ACTIVITY_ACTOR if act == "assigned" and to else thread.chat.author
        author = self.company.agents[hand]
        who = {"by": author.short_name, "by_id": author.pk}
        content = {"act": act, **who} | ({"to": to or author.name} if act == "assigned" else {})
        self._message(
            thread,
            at,
            direction=Direction.SYSTEM,
            kind="activity",
            source="system",
            content=content,
            author=author,
            status=statuses.RECEIVED,
        )

    def _react(self, thread: Thread, said: Said, *, is_ours: bool) -> None:
        wanted = Direction.IN if is_ours else Direction.OUT
        target = next(m for m in reversed(thread.messages) if m.direction == wanted)
        agent = self.company.agents[thread.chat.author] if is_ours else None
        thread.reactions.append(
            Reaction(message=target, is_ours=is_ours, agent=agent, emoji=said.text, at=said.at)
        )

    def _quote(self, thread: Thread, message: Message, *, kinds: tuple[str, ...] = ()) -> None:
        """The latest line of the other side; a tap quotes what was tapped on."""
        for earlier in reversed(thread.messages[:-1]):
            is_other = earlier.direction not in (message.direction, Direction.SYSTEM)
            if is_other and (not kinds or earlier.kind in kinds):
                message.quoted_wamid = earlier.wamid
                thread.quotes.append((message, earlier))
                return

    def _wamid(self) -> str:
        return "wamid.HBgL" + base64.urlsafe_b64encode(self.rng.randbytes(21)).decode()

    def _file(self, thread: Thread, body: Body, at: datetime, *, meta_id: str = "") -> MediaFile:
        made = body.made
        assert made is not None
        row = MediaFile(
            workspace=self.company.workspace,
            number=thread.conversation.number,
            kind=made.kind,
            mime_type=made.mime_type,
            filename=made.filename,
            sha256=sha256(made.data).hexdigest(),
            size=len(made.data),
            width=made.width,
            height=made.height,
            is_voice=made.is_voice,
            state=MediaState.STORED,
            meta_id=meta_id,
            meta_id_until=at + timedelta(days=7) if meta_id else None,
            tries=1,
            next_try_at=None,
            created_at=at,
        )
        row.file = ContentFile(made.data, name="file")
        return row

    # --- whose it is -------------------------------------------------------------------------------

    def _hand_out(self, thread: Thread) -> None:
        """Whose it is and how far it has come."""
        conversation, chat = thread.conversation, thread.chat
        age = self.now - conversation.last_at
        dice = self.rng.random()
        is_new = conversation.waiting_since is not None and all(
            message.direction != Direction.OUT for message in thread.messages
        )
        if not is_new and (chat.is_special or dice < 0.86):
            conversation.team = self.company.teams[chat.team]
        if not (is_new and dice < 0.75) and (chat.is_special or dice < 0.82):
            conversation.assignee = self.company.agents[chat.author]
        if (
            age > timedelta(hours=30)
            and dice < 0.78
            and conversation.last_status not in statuses.WAITING
        ):
            conversation.status, conversation.resolved_at = (
                ConversationStatus.RESOLVED,
                conversation.last_at + timedelta(minutes=20),
            )
            conversation.waiting_since = None
        elif conversation.last_direction == Direction.OUT and dice > 0.7:
            conversation.status = ConversationStatus.PENDING
        self._tell(thread, dice)

    def _tell(self, thread: Thread, dice: float) -> None:
        """Lines of ours in the thread: taken, assigned by the manager, resolved."""
        conversation = thread.conversation
        if conversation.assignee and dice < 0.5:
            first = thread.messages[0].at + timedelta(seconds=20)
            to = conversation.assignee.name if dice < 0.2 else ""
            self._activity(thread, "assigned", at=first, to=to)
        if conversation.resolved_at:
            self._activity(thread, "resolved", at=conversation.resolved_at)
        thread.messages.sort(key=lambda message: message.at)
        for nth, message in enumerate(thread.messages, start=1):
            message.arrival = nth
            if message.direction != Direction.SYSTEM:
                conversation.last_arrival = nth

    def read_marks(self, thread: Thread) -> list[ReadMark]:
        """Who has read how much: everything old; of the new, what each of them had time for."""
        conversation = thread.conversation
        marks = []
        for key, agent in self.company.agents.items():
            if not agent.works_conversations:
                continue
            unread = 0
            if conversation.waiting_since and self.now - conversation.last_at < timedelta(hours=26):
                is_mine = conversation.assignee_id == agent.pk
                unread = thread.unanswered if is_mine or self.rng.random() < 0.6 else 0
            if unread and key == "elena" and self.rng.random() < 0.5:
                unread = 0
            seen = conversation.inbound_count - unread
            marks.append(
                ReadMark(
                    agent=agent,
                    conversation=conversation,
                    seen_count=seen,
                    seen_at=conversation.last_at,
                )
            )
        return marks


def _referral() -> dict[str, Any]:
    """As conversations/receiving.py keeps it."""
    return asdict(Referral(**bodies.ADVERT))

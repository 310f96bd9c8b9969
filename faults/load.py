"""Who makes traffic: customers by the simulator's control API, an agent's browsers by the product's own pages."""

from __future__ import annotations

import io
import random
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

import requests
from django.conf import settings
from PIL import Image

from faults.company import Company
from faults.site import Standing

PAUSE = 0.2
TAGS = re.compile(r"<[^>]*>")
IMAGES, TEMPLATES = 0.15, 0.15  # shares of what browsers send
FILES = 0.2  # share of what customers send


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to be sent. `text` is unlike every other one's."""

    conversation_id: int
    kind: str
    text: str


def lines(company: Company, *, count: int, rng: random.Random) -> list[Line]:
    kinds = ("image", "template", "text")
    weights = (IMAGES, TEMPLATES, 1 - IMAGES - TEMPLATES)
    threads = sorted(company.threads.values())
    return [
        Line(rng.choice(threads), rng.choices(kinds, weights)[0], f"out-{n:05d}")
        for n in range(count)
    ]


class Browser(threading.Thread):
    """Writes its lines one after another, and presses again with the same token until the page says yes."""

    def __init__(
        self, standing: Standing, company: Company, told: Sequence[Line], *, pause: float
    ) -> None:
        super().__init__(name="browser", daemon=True)
        self.told, self.base, self.pause = told, f"{standing.web}/inbox", pause
        self.template = company.template.pk
        self.session = session(company)
        self.accepted: list[Line] = []
        self.refused: list[tuple[Line, str]] = []
        self.enough = threading.Event()
        self.last = threading.Event()  # nothing new is begun

    def run(self) -> None:
        for line in self.told:
            if self.last.wait(self.pause):
                return
            self._write(line)

    def _write(self, line: Line) -> None:
        form = {"token": str(uuid4()), "seen": "0", "override": "1"}
        if line.kind == "template":
            form |= {"template": str(self.template), "var.body.1": line.text}
        else:
            form["text"] = line.text
        while line.kind == "image" and "file" not in form and not self.enough.is_set():
            if key := self._upload(line):
                form["file"] = key
        while not self.enough.is_set():
            answer = self._post(f"{line.conversation_id}/messages/", form)
            if answer is not None and answer.ok:
                self.accepted.append(line)
                return
            if answer is not None and answer.status_code in (409, 422):
                self.refused.append((line, " ".join(TAGS.sub(" ", answer.text).split())))
                return
            self.enough.wait(PAUSE)

    def _upload(self, line: Line) -> str:
        picture = io.BytesIO()
        Image.new("RGB", (64, 48), f"#{hash(line.text) % 0xFFFFFF:06x}").save(picture, "PNG")
        files = {"file": (f"{line.text}.png", picture.getvalue(), "image/png")}
        answer = self._post(f"{line.conversation_id}/files/", {}, files)
        if answer is None or not answer.ok:
            self.enough.wait(PAUSE)
            return ""
        return str(answer.json()["key"])

    def send_again(self, conversation_id: int, token: object) -> None:
        """What failed, or never reached Meta: the agent's own decision."""
        for _try in range(50):
            answer = self._post(f"{conversation_id}/messages/{token}/attempts/", {})
            if answer is not None and answer.ok:
                return
            self.enough.wait(PAUSE)
        raise RuntimeError(f"cannot be sent again: {answer.text[:300] if answer else 'no answer'}")

    def _post(
        self, path: str, form: dict[str, str], files: object = None
    ) -> requests.Response | None:
        try:
            return self.session.post(f"{self.base}/{path}", data=form, files=files, timeout=30)  # type: ignore[arg-type]
        except requests.RequestException:
            return None  # the web process is down: the browser keeps the message and its token


def session(company: Company) -> requests.Session:
    """A signed-in browser."""
    made = requests.Session()
    made.cookies.set(settings.SESSION_COOKIE_NAME, company.cookie)
    made.cookies.set(settings.CSRF_COOKIE_NAME, "x" * 32)
    made.headers["X-CSRFToken"] = "x" * 32
    made.headers["X-Requested-With"] = "fetch"  # answers in fragments, as our modules get them
    return made


class Customers:
    """They write, and send pictures and papers."""

    def __init__(self, standing: Standing, company: Company, rng: random.Random) -> None:
        self.standing, self.rng = standing, rng
        self.phones = sorted(company.threads)
        self.said = 0

    def say_something(self) -> None:
        self.said += 1
        act: dict[str, object] = {"customer": f"+{self.rng.choice(self.phones)}"}
        if self.rng.random() < FILES:
            act |= {"do": self.rng.choice(["sends_image", "sends_document"])}
            act["caption"] = f"in-{self.said:05d}"
        else:
            act |= {"do": "writes", "text": f"in-{self.said:05d}"}
        self.standing.control("act", **act)

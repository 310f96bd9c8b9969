"""The HTTP control API under /control/: tests, seeds and people drive the simulated Meta by it (docs/simulator.md)."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from simulator import acts, history, review
from simulator.changes import Change
from simulator.errors import GraphError
from simulator.faults import Faults
from simulator.models import App, Json, Number, Template, Token, Waba
from simulator.outbox import Outbox
from simulator.people import digits_of
from simulator.state import from_json, to_json
from simulator.world import World

Handler = Callable[[Request], Awaitable[Response]]


class Refusal(Exception):
    """A control call that makes no sense, with the reason."""


def guarded(handler: Handler) -> Handler:
    """Turn mistakes of the caller into 400 and a sentence."""

    async def run(request: Request) -> Response:
        try:
            return await handler(request)
        except GraphError as error:
            return JSONResponse(error.envelope(), status_code=400)
        except (Refusal, ValueError, TypeError, KeyError, IndexError) as error:
            word = f"unknown: {error}" if isinstance(error, KeyError) else str(error)
            return JSONResponse({"error": word}, status_code=400)

    return run


async def body_of(request: Request) -> Json:
    """The JSON object of a call, or an empty one."""
    raw = await request.body()
    found = json.loads(raw) if raw else {}
    if not isinstance(found, dict):
        raise Refusal("The body must be a JSON object.")
    return found


class Control:
    """The endpoints. Each is short: the work is done by the world and its verbs."""

    def __init__(self, world: World, faults: Faults, outbox: Outbox) -> None:
        self.world = world
        self.faults = faults
        self.outbox = outbox

    def routes(self) -> list[BaseRoute]:
        """Everything under /control/."""
        table: list[tuple[str, str, Handler]] = [
            ("POST", "/reset", self.reset),
            ("GET", "/accounts", self.accounts),
            ("POST", "/apps", self.keep_app),
            ("POST", "/tokens", self.keep_token),
            ("POST", "/wabas", self.keep_waba),
            ("POST", "/numbers", self.keep_number),
            ("POST", "/templates", self.keep_template),
            ("POST", "/customers", self.keep_customer),
            ("GET", "/customers", self.customers),
            ("POST", "/act", self.act),
            ("POST", "/history", self.history),
            ("POST", "/time", self.time),
            ("GET", "/time", self.time),
            ("POST", "/templates/{template}/event", self.template_event),
            ("POST", "/numbers/{number}/event", self.number_event),
            ("POST", "/wabas/{waba}/event", self.waba_event),
            ("POST", "/webhook", self.webhook),
            ("GET", "/faults", self.show_faults),
            ("POST", "/faults", self.switch_on),
            ("DELETE", "/faults", self.switch_off),
            ("GET", "/settings", self.settings),
            ("POST", "/settings", self.settings),
            ("GET", "/truth", self.truth),
            ("GET", "/webhooks", self.webhooks),
            ("POST", "/burst", self.burst),
            ("POST", "/drain", self.drain),
            ("POST", "/codes", self.code),
        ]
        return [
            Route("/control" + path, guarded(do), methods=[method]) for method, path, do in table
        ]

    async def reset(self, request: Request) -> Response:
        """Begin anew. `bare` leaves out the app, WABA, number and token that a first start has."""
        body = await body_of(request)
        with self.world.lock:
            self.world.clock.offset = 0.0
            self.world.reset(seed=int(body.get("seed", 1)))
            if not body.get("bare"):
                self.world.with_defaults()
        self.faults.clear(seed=int(body.get("seed", 1)))
        self.outbox.clear()
        self.world.tell("reset", "", "")
        return JSONResponse({"success": True})

    async def accounts(self, request: Request) -> Response:
        """Apps, WABAs, numbers, tokens and templates as they are."""
        names = ("apps", "tokens", "wabas", "numbers", "templates")
        with self.world.lock:
            found = {
                name: [to_json(thing) for thing in getattr(self.world, name).values()]
                for name in names
            }
        return JSONResponse(found | {"webhook": self.world.default_webhook})

    def _merged(self, kind: Any, old: Any, data: Json) -> Any:
        known = {field.name for field in fields(kind)}
        if strange := set(data) - known:
            raise Refusal(
                f"Unknown: {', '.join(sorted(strange))}. Known: {', '.join(sorted(known))}."
            )
        return from_json(kind, (to_json(old) if old else {}) | data)

    async def keep_app(self, request: Request) -> Response:
        data = await body_of(request)
        with self.world.lock:
            app = self.world.apps.keep(
                self._merged(App, self.world.apps.get(str(data.get("id"))), data)
            )
        return JSONResponse(to_json(app))

    async def keep_token(self, request: Request) -> Response:
        data = await body_of(request)
        with self.world.lock:
            data = {"app_id": next(iter(self.world.apps), "")} | data
            token = self.world.tokens.keep(
                self._merged(Token, self.world.tokens.get(str(data.get("id"))), data)
            )
        return JSONResponse(to_json(token))

    async def keep_waba(self, request: Request) -> Response:
        """`token` or `tokens` make access tokens for it. It is subscribed to every app unless told otherwise."""
        data = await body_of(request)
        names = [str(name) for name in [data.pop("token", None), *data.pop("tokens", [])] if name]
        with self.world.lock:
            world = self.world
            old = world.wabas.get(str(data.get("id")))
            if old is None:
                data = {"subscribed_apps": list(world.apps)} | data
            waba = world.wabas.keep(self._merged(Waba, old, data))
            for name in names:
                token = world.tokens.get(name) or Token(
                    id=name, app_id=next(iter(world.apps), ""), waba_ids=(waba.id,)
                )
                if token.waba_ids and waba.id not in token.waba_ids:
                    token = replace(token, waba_ids=(*token.waba_ids, waba.id))
                world.tokens.keep(token)
        return JSONResponse(to_json(waba))

    async def keep_number(self, request: Request) -> Response:
        data = await body_of(request)
        with self.world.lock:
            number = self.world.numbers.keep(
                self._merged(Number, self.world.numbers.get(str(data.get("id"))), data)
            )
            self.world.tell("number", number.id, number.id)
        return JSONResponse(to_json(number))

    async def keep_template(self, request: Request) -> Response:
        """Any state, without review and without a webhook."""
        data = await body_of(request)
        with self.world.lock:
            same = ("waba_id", "name", "language")
            old = next(
                (
                    t
                    for t in self.world.templates.values()
                    if t.id == data.get("id")
                    or all(getattr(t, name) == data.get(name) for name in same)
                ),
                None,
            )
            if old is None and "id" not in data:
                data["id"] = self.world.new_id()
            template = self.world.templates.keep(self._merged(Template, old, data))
        return JSONResponse(to_json(template))

    async def keep_customer(self, request: Request) -> Response:
        """Known by `wa_id`, `user_id` or both."""
        data = await body_of(request)
        who = digits_of(str(data.pop("wa_id", "") or "")) or str(data.get("user_id", ""))
        with self.world.lock:
            allowed = (
                "user_id",
                "parent_user_id",
                "name",
                "username",
                "behaviour",
                "shares_phone",
                "is_online",
            )
            if strange := set(data) - set(allowed):
                raise Refusal(
                    f"Unknown: {', '.join(sorted(strange))}. Known: wa_id, {', '.join(allowed)}."
                )
            if data.get("behaviour") and data["behaviour"] not in acts.BEHAVIOURS:
                raise Refusal(f"Unknown behaviour. Known: {', '.join(acts.BEHAVIOURS)}.")
            customer = self.world.ensure_customer(who, **data)
        return JSONResponse(to_json(customer))

    async def customers(self, request: Request) -> Response:
        with self.world.lock:
            return JSONResponse([to_json(customer) for customer in self.world.customers.values()])

    async def act(self, request: Request) -> Response:
        """A customer does something: JSON, or multipart with a `file`."""
        if request.headers.get("content-type", "").startswith("multipart/"):
            form = await request.form(max_part_size=110 * 1024 * 1024)
            data: Json = {key: value for key, value in form.items() if isinstance(value, str)}
            upload = form.get("file")
            if upload is not None and not isinstance(upload, str):
                data |= {
                    "data": await upload.read(),
                    "filename": upload.filename,
                    "mime_type": upload.content_type,
                }
        else:
            data = await body_of(request)
        with self.world.lock:
            message = acts.act(self.world, data)
            return JSONResponse({"success": True, "message": to_json(message) if message else None})

    async def history(self, request: Request) -> Response:
        """Past chats, shown on the phone and never posted."""
        data = await body_of(request)
        with self.world.lock:
            count = history.load(self.world, data)
        return JSONResponse({"success": True, "messages": count})

    async def time(self, request: Request) -> Response:
        """`{"hours": 25}` moves the clock; what falls due meanwhile happens."""
        data = await body_of(request)
        self.world.time_passes(**{name: float(value) for name, value in data.items()})
        return JSONResponse({"now": self.world.clock.now(), "offset": self.world.clock.offset})

    async def template_event(self, request: Request) -> Response:
        """A decision (`status`, `reason`), a `quality`, or a `category` (`at_once`)."""
        data = await body_of(request)
        with self.world.lock:
            wanted = request.path_params["template"]
            template = self.world.templates.get(wanted) or next(
                (t for t in self.world.templates.values() if t.name == wanted and not t.deleted_at),
                None,
            )
            if template is None:
                raise Refusal(f"There is no template {wanted}.")
            if "status" in data:
                template = review.decide(
                    self.world, template, status=data["status"], reason=data.get("reason", "NONE")
                )
            if "quality" in data:
                template = review.change_quality(self.world, template, score=data["quality"])
            if "category" in data:
                template = review.change_category(
                    self.world,
                    template,
                    category=data["category"],
                    at_once=bool(data.get("at_once")),
                )
        return JSONResponse(to_json(template))

    async def number_event(self, request: Request) -> Response:
        """A new `quality`, `status`, `throughput` or display name decision, with its webhook."""
        data = await body_of(request)
        with self.world.lock:
            number = self.world.number(request.path_params["number"])
            changed = acts.number_event(self.world, number, data)
        return JSONResponse(to_json(changed))

    async def waba_event(self, request: Request) -> Response:
        """What Meta allows (`messaging_limit`, `numbers_most`) or has found out (`country`, `international`), told."""
        data = await body_of(request)
        with self.world.lock:
            waba = self.world.waba(request.path_params["waba"])
            changed = acts.waba_event(self.world, waba, data)
        return JSONResponse(to_json(changed))

    async def webhook(self, request: Request) -> Response:
        """Post any field and value, signed: for shapes that nothing else makes."""
        data = await body_of(request)
        with self.world.lock:
            waba = self.world.waba(str(data.get("waba_id") or next(iter(self.world.wabas))))
            self.world.emit(
                Change(
                    waba_id=waba.id,
                    field=str(data["field"]),
                    value=data["value"],
                    number_id=str(data.get("number_id", "")),
                    at=int(self.world.clock.now()),
                )
            )
        return JSONResponse({"success": True})

    async def show_faults(self, request: Request) -> Response:
        return JSONResponse(self.faults.listing())

    async def switch_on(self, request: Request) -> Response:
        """`{"name": "duplicate", "rate": 0.2}`, or `{"seed": 7, "faults": [...]}`."""
        data = await body_of(request)
        if "seed" in data:
            self.faults.clear(seed=int(data.pop("seed")))
        self.faults.load(data.get("faults", [data] if data else []))
        return JSONResponse(self.faults.listing())

    async def switch_off(self, request: Request) -> Response:
        """All, or `?name=`."""
        name = request.query_params.get("name")
        if name:
            self.faults.switch_off(name)
        else:
            self.faults.clear()
        return JSONResponse(self.faults.listing())

    async def settings(self, request: Request) -> Response:
        """Delays, review, meters, batching and retry pauses."""
        data = await body_of(request)
        with self.world.lock:
            self.world.meters.on.update(data.pop("meters", {}))
            outbox = data.pop("outbox", {})
            if strange := set(data) - set(self.world.settings):
                raise Refusal(f"Unknown: {', '.join(sorted(strange))}.")
            self.world.settings.update(data)
        self.outbox.batch = int(outbox.get("batch", self.outbox.batch))
        self.outbox.retry_seconds = float(outbox.get("retry_seconds", self.outbox.retry_seconds))
        self.outbox.longest_pause = float(outbox.get("longest_pause", self.outbox.longest_pause))
        if "webhook" in outbox:
            self.world.default_webhook = str(outbox["webhook"])
        shown = {
            "batch": self.outbox.batch,
            "retry_seconds": self.outbox.retry_seconds,
            "longest_pause": self.outbox.longest_pause,
            "webhook": self.world.default_webhook,
        }
        return JSONResponse(self.world.settings | {"meters": self.world.meters.on, "outbox": shown})

    async def truth(self, request: Request) -> Response:
        """Everything that was sent and received; `?customer=` and `?number=` narrow it."""
        who = request.query_params.get("customer")
        number_id = request.query_params.get("number")
        with self.world.lock:
            person = self.world.find_customer(who) if who else None
            messages = [
                to_json(m)
                for m in self.world.messages.values()
                if (not who or (person and m.customer_id == person.id))
                and (not number_id or m.number_id == number_id)
            ]
            vanished = list(self.world.vanished)
        return JSONResponse(
            {"now": self.world.clock.now(), "messages": messages, "vanished": vanished}
        )

    async def webhooks(self, request: Request) -> Response:
        """The newest posts first, with the answers they got, and what waits for another try."""
        limit = int(request.query_params.get("limit", 100))
        newest = list(self.outbox.log)[-limit:][::-1]
        return JSONResponse(
            {"posted": self.outbox.posted, "waiting": self.outbox.waiting(), "log": newest}
        )

    async def burst(self, request: Request) -> Response:
        """Many customers write at once, for load tests."""
        data = await body_of(request)
        with self.world.lock:
            count = acts.burst(self.world, data)
        return JSONResponse({"success": True, "messages": count})

    async def drain(self, request: Request) -> Response:
        """Wait until everything due has been posted."""
        data = await body_of(request)
        seconds = float(data.get("timeout", 30))
        try:
            await anyio.to_thread.run_sync(lambda: self.outbox.drain(timeout=seconds))
        except TimeoutError as late:
            return JSONResponse({"error": str(late)}, status_code=504)
        return JSONResponse({"success": True, "posted": self.outbox.posted})

    async def code(self, request: Request) -> Response:
        """An embedded-signup code for a WABA, to be traded at /oauth/access_token."""
        data = await body_of(request)
        with self.world.lock:
            code = "AQ" + self.world.rng.randbytes(18).hex()
            self.world.codes[code] = str(data.get("waba_id") or next(iter(self.world.wabas)))
        return JSONResponse({"code": code})

"""How Graph requests are read and answered: tokens, parameters, field selection, pages."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from simulator.errors import GraphError, unknown_object
from simulator.models import Json, Token
from simulator.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One Graph call, whatever way its parameters came."""

    method: str
    path: tuple[str, ...]
    version: str
    params: Json
    token: Token
    files: Mapping[str, Any] = field(default_factory=dict)
    raw: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def needs(self, *scopes: str) -> None:
        """Refuse a token that has none of the scopes."""
        if not set(scopes) & set(self.token.scopes):
            code = 200 if "whatsapp_business_management" in scopes else 10
            raise GraphError(code)

    def sees(self, waba_id: str, *, object_id: str) -> None:
        """Refuse, as Meta does: an object out of sight is one that does not exist."""
        if self.token.waba_ids and waba_id not in self.token.waba_ids:
            raise unknown_object(object_id, method=self.method.lower())


def answer(content: Any, *, status: int = 200) -> Response:
    """JSON in Meta's manner."""
    return Response(
        json.dumps(content, separators=(",", ":")),
        status_code=status,
        media_type="application/json",
        headers={"facebook-api-version": "v25.0", "x-fb-trace-id": "simulator"},
    )


def split(path: str) -> tuple[str, tuple[str, ...]]:
    """Take the version off a path."""
    parts = [part for part in path.split("/") if part]
    if parts and re.fullmatch(r"v\d+\.\d+", parts[0]):
        return parts[0], tuple(parts[1:])
    return "", tuple(parts)


async def read(request: Request, world: World) -> Call:
    """Read a request and check its token."""
    version, path = split(request.url.path)
    params: Json = dict(request.query_params)
    files: dict[str, Any] = {}
    raw = b""
    kind = request.headers.get("content-type", "").split(";")[0]
    if path and path[0].startswith("upload:"):
        raw = await request.body()
    elif kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        form = await request.form(max_part_size=110 * 1024 * 1024)
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = (value.filename or "", value.content_type or "", await value.read())
            else:
                params[name] = _decoded(value)
    elif request.method in ("POST", "DELETE"):
        body = await request.body()
        if body:
            params |= _json(body)
    given = _token_of(request, params)
    open_to_all = path[:2] == ("oauth", "access_token")
    token = Token(id="", scopes=()) if open_to_all else check_token(world, given)
    _check_proof(world, token, str(params.pop("appsecret_proof", "")))
    return Call(
        method=request.method,
        path=path,
        version=version,
        params=params,
        token=token,
        files=files,
        raw=raw,
        headers=request.headers,
    )


def _json(body: bytes) -> Json:
    try:
        found = json.loads(body)
    except ValueError:
        raise GraphError(100, message="(#100) The request body is not valid JSON.") from None
    if not isinstance(found, dict):
        raise GraphError(100, message="(#100) The request body must be a JSON object.")
    return found


def _decoded(value: str) -> Any:
    if value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _token_of(request: Request, params: Json) -> str:
    header = request.headers.get("authorization", "")
    word, _, value = header.partition(" ")
    if word.lower() in ("bearer", "oauth") and value:
        params.pop("access_token", None)
        return value.strip()
    return str(params.pop("access_token", ""))


def check_token(world: World, given: str) -> Token:
    """The token, or Meta's refusal. `app_id|app_secret` is an app token."""
    if not given:
        raise GraphError(
            2500,
            message="An active access token must be used to query information about the current user.",
            status=400,
        )
    found = world.tokens.get(given)
    if found is None and "|" in given:
        app_id, _, secret = given.partition("|")
        app = world.apps.get(app_id)
        if app and hmac.compare_digest(app.secret, secret):
            return Token(id=given, app_id=app_id)
    if found is None:
        raise GraphError(190)
    if found.expires_at and found.expires_at < world.clock.now():
        raise GraphError(
            190, message="Error validating access token: Session has expired.", subcode=463
        )
    return found


def _check_proof(world: World, token: Token, proof: str) -> None:
    app = world.apps.get(token.app_id)
    if not proof or app is None:
        return
    right = hmac.new(app.secret.encode(), token.id.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right, proof):
        raise GraphError(
            100,
            message="Invalid appsecret_proof provided in the API argument",
            kind="GraphMethodException",
        )


def field_names(text: str) -> list[str]:
    """Top-level names of `fields=a,b{c,d},e.limit(3)`."""
    names, depth, current = [], 0, ""
    for character in text + ",":
        if character in "({":
            depth += 1
        if character == "," and not depth:
            names.append(re.split(r"[.({]", current.strip())[0])
            current = ""
        else:
            current += character
        if character in ")}":
            depth -= 1
    return [name for name in names if name]


def select(thing: Json, *, fields: str, usual: Iterable[str], node: str) -> Json:
    """Only what was asked for, and always the id. A field that no such node has is an error, as at Meta."""
    names = field_names(fields) or list(usual)
    for name in names:
        if name not in thing:
            raise GraphError(
                100,
                message=f"(#100) Tried accessing nonexisting field ({name}) on node type ({node})",
            )
    chosen = {name: thing[name] for name in names if thing[name] is not None}
    return chosen if "id" in chosen else chosen | {"id": thing["id"]}


def page(items: list[Any], call: Call, *, base_url: str) -> Json:
    """One page with cursors; `next` only when there is more."""
    limit = max(1, int(call.params.get("limit") or 25))
    start = 0
    if after := call.params.get("after"):
        start = _place(str(after)) + 1
    elif before := call.params.get("before"):
        start = max(0, _place(str(before)) - limit)
    shown = items[start : start + limit]
    result: Json = {"data": shown}
    if shown:
        cursors = {"before": _cursor(start), "after": _cursor(start + len(shown) - 1)}
        result["paging"] = {"cursors": cursors}
        path = "/".join([call.version or "v25.0", *call.path])
        if start + limit < len(items):
            result["paging"]["next"] = f"{base_url}/{path}?limit={limit}&after={cursors['after']}"
        if start:
            result["paging"]["previous"] = (
                f"{base_url}/{path}?limit={limit}&before={cursors['before']}"
            )
    return result


def _cursor(place: int) -> str:
    return base64.urlsafe_b64encode(f"sim:{place}".encode()).decode().rstrip("=")


def _place(cursor: str) -> int:
    try:
        return int(
            base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            .decode()
            .removeprefix("sim:")
        )
    except ValueError:
        raise GraphError(100, message="(#100) Invalid cursor") from None

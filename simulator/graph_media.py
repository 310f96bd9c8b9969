"""Graph: files. Upload, look up, download by a link that dies, delete, and resumable uploads for samples."""

from __future__ import annotations

import hmac
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from simulator.errors import GraphError, unknown_object
from simulator.models import MESSAGING, Json
from simulator.payload import SIZES, kind_for
from simulator.wire import Call, answer, check_token
from simulator.world import World


def upload(world: World, call: Call) -> Json:
    """POST /{PNID}/media."""
    call.needs(MESSAGING)
    if call.params.get("messaging_product") != "whatsapp":
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    if "file" not in call.files:
        raise GraphError(100, message="(#100) The parameter file is required.")
    filename, declared, data = call.files["file"]
    mime_type = str(call.params.get("type") or declared or "application/octet-stream")
    if "/" not in mime_type or mime_type == "application/octet-stream":
        raise GraphError(
            100,
            message="(#100) Param file must be a file with one of the supported types."
            f" Received file of type '{mime_type}'.",
        )
    if not data or len(data) > SIZES[kind_for(mime_type)]:
        raise GraphError(
            131053, details=f"The file of {len(data)} bytes is too large or empty for {mime_type}."
        )
    media = world.add_media(data, mime_type=mime_type, number_id=call.path[0], filename=filename)
    return {"id": media.id}


def one(world: World, call: Call) -> Any:
    """GET and DELETE /{MEDIA_ID}."""
    call.needs(MESSAGING)
    media = world.media[call.path[0]]
    number = world.numbers.get(media.number_id)
    if number:
        call.sees(number.waba_id, object_id=media.id)
    asked = str(call.params.get("phone_number_id", ""))
    if media.at + media.ttl < world.clock.now() or (asked and asked != media.number_id):
        raise unknown_object(media.id, method=call.method.lower())
    if call.method == "DELETE":
        world.media.drop(media.id)
        world.blobs.pop(media.id, None)
        world.changed_blobs.add(media.id)
        return {"success": True}
    return {
        "messaging_product": "whatsapp",
        "url": world.media_url(media),
        "mime_type": media.mime_type,
        "sha256": media.sha256,
        "file_size": media.size,
        "id": media.id,
    }


class Download:
    """GET of a media link: needs the token and a User-Agent, and is gone after five minutes."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, request: Request) -> Response:
        parts = request.path_params
        try:
            header = request.headers.get("authorization", "")
            check_token(
                self.world,
                header.partition(" ")[2].strip()
                or str(request.query_params.get("access_token", "")),
            )
        except GraphError as error:
            return answer(error.envelope(), status=401)
        if not request.headers.get("user-agent"):
            return Response("Forbidden", status_code=403)
        media = self.world.media.get(parts["media_id"])
        right = self.world.media_signature(parts["media_id"], parts["until"])
        fresh = parts["until"] >= self.world.clock.now() and hmac.compare_digest(
            right, parts["signature"]
        )
        data = self.world.blobs.get(parts["media_id"])
        if media is None or data is None or not fresh:
            return Response("URL signature expired", status_code=404)
        return Response(data, media_type=media.mime_type)


class Sample:
    """The sample of a template, as Meta's public servers give it to whoever has a fresh address."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, request: Request) -> Response:
        media_id, until = request.path_params["media_id"], request.query_params.get("oe", "")
        data, media = self.world.blobs.get(media_id), self.world.media.get(media_id)
        if media is None or data is None:
            return Response("Not found", status_code=404)
        moment = int(until) if until.isdecimal() and len(until) < 12 else 0
        right = self.world.media_signature(media_id, moment)
        given = request.query_params.get("oh", "")
        if moment < self.world.clock.now() or not hmac.compare_digest(right, given):
            return Response("URL signature expired", status_code=403)
        return Response(data, media_type=media.mime_type)


class Portrait:
    """A profile picture, as Meta's public servers give it to everybody."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def __call__(self, request: Request) -> Response:
        media = self.world.media.get(request.path_params["media_id"])
        data = self.world.blobs.get(media.id) if media else None
        is_shown = media and any(
            number.profile.get("picture") == media.id for number in self.world.numbers.values()
        )
        if media is None or data is None or not is_shown:
            return Response("Not found", status_code=404)
        return Response(data, media_type=media.mime_type)


def upload_session(world: World, call: Call) -> Json:
    """/upload:… : the bytes of a sample, and how far they came."""
    session = world.uploads.get(call.path[0])
    if session is None:
        raise unknown_object(call.path[0], method=call.method.lower())
    if call.method == "GET":
        return {"id": call.path[0], "file_offset": session["offset"]}
    media = world.add_media(
        call.raw, mime_type=session["type"] or "application/octet-stream", number_id=""
    )
    session["offset"] = len(call.raw)
    return {"h": world.sample_handle(media)}

"""What browsers record becomes a voice message: Ogg, Opus, one channel."""

from __future__ import annotations

import io
from typing import Any, cast

import av
import pytest
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from django.core.files.uploadedfile import SimpleUploadedFile

from conversations import delivery, uploads, voicing
from conversations.models import MediaFile
from conversations.refusals import MediaRefused
from conversations.tests.outbox import outgoing, send_file


def recorded(container: str, codec: str, *, layout: str = "stereo", frames: int = 20) -> bytes:
    """Some silence, as a browser would have recorded it."""
    out = io.BytesIO()
    with av.open(out, mode="w", format=container) as target:
        stream = cast(AudioStream, target.add_stream(codec, rate=48_000, layout=layout))
        kind = "fltp" if codec == "aac" else "s16"
        for _n in range(frames):
            frame = AudioFrame(format=kind, layout=layout, samples=960)
            frame.sample_rate = 48_000
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    return out.getvalue()


@pytest.mark.parametrize(
    ("container", "codec"), [("webm", "libopus"), ("ogg", "libopus"), ("mp4", "aac")]
)
def test_every_browsers_recording_becomes_mono_opus(container: str, codec: str) -> None:
    made = voicing.as_ogg(SimpleUploadedFile("voice", recorded(container, codec)))
    with av.open(io.BytesIO(made.read())) as result:
        sound = result.streams.audio[0]
        assert (result.format.name, sound.codec_context.name) == ("ogg", "opus")
        assert sound.codec_context.layout.name == "mono"


@pytest.mark.parametrize(
    "data", [b"", b"<html>", b"%PDF-1.7", b"OggS OpusHead and nothing", b"\x1aE\xdf\xa3 webm?"]
)
def test_what_is_no_sound_is_refused(data: bytes) -> None:
    with pytest.raises(voicing.NotSound):
        voicing.as_ogg(SimpleUploadedFile("voice", data))


def test_a_recording_without_end_is_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(voicing, "LONGEST", 0.1)
    with pytest.raises(voicing.NotSound):
        voicing.as_ogg(SimpleUploadedFile("voice", recorded("webm", "libopus")))


@pytest.mark.django_db
def test_it_is_sent_as_a_real_voice_message(meta: Any, thread: Any, ana: Any) -> None:
    upload = SimpleUploadedFile("voice", recorded("webm", "libopus"))
    media = uploads.store(upload, number=thread.number, agent=ana, is_voice=True)
    assert (media.kind, media.mime_type, media.is_voice) == ("audio", "audio/ogg", True)
    send_file(thread, ana, media)
    delivery.deliver(thread.pk)
    assert outgoing(meta)[0].content["voice"] is True
    with pytest.raises(MediaRefused):
        uploads.store(
            SimpleUploadedFile("voice", b"x"), number=thread.number, agent=ana, is_voice=True
        )
    assert MediaFile.objects.count() == 1

"""One ASGI application: Meta's webhooks go to the intake, sockets to the live consumer, the rest to Django."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "waba_inbox.settings")
django_application = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path  # noqa: E402

from events.consumers import LiveConsumer  # noqa: E402
from waba_inbox import body_limit  # noqa: E402
from webhooks import intake  # noqa: E402

SOCKETS = [path("live/", LiveConsumer.as_asgi())]
sockets = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(SOCKETS)))

application = intake.in_front_of(
    ProtocolTypeRouter(
        {
            "http": body_limit.in_front_of(
                django_application, session_cookie=settings.SESSION_COOKIE_NAME
            ),
            "websocket": sockets,
        }
    )
)

"""The wire under the Graph client: pooled connections shared by all clients of one base URL.

The connections note whether anything of a request was handed to the network. Only so can the client
tell "Meta certainly did not take it" from "nobody knows", whatever the exception is called.
"""

from __future__ import annotations

import logging
import os
import re
import threading
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

_here = threading.local()
_sessions: dict[tuple[str, int], requests.Session] = {}
_sessions_lock = threading.Lock()

SECRET_PARAMETER = re.compile(
    r"((?:input_token|access_token|appsecret_proof|client_secret|code|pin)=)[^&\s]+"
)


def forget_last_request() -> None:
    """Call before each request: nothing is known of it yet."""
    _here.was_written = None


def surely_not_written() -> bool:
    """Whether the last request of this thread failed before its first byte was written."""
    return getattr(_here, "was_written", None) is False


class _Noting:
    """Mixed into urllib3's connections. A CONNECT to a proxy is not the request, hence the
    reset after connecting.
    """

    sock: Any

    def connect(self) -> None:
        try:
            super().connect()  # type: ignore[misc]  # the connection it is mixed into
        finally:
            _here.was_written = False

    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        _here.was_written = True
        super().send(data)  # type: ignore[misc]


class _Connection(_Noting, urllib3.connection.HTTPConnection):
    pass


class _SecureConnection(_Noting, urllib3.connection.HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class NotingAdapter(HTTPAdapter):
    """An adapter that never repeats a request, and whose connections note what they wrote."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager


def prepared(session: requests.Session, *, base_url: str, pool_size: int) -> requests.Session:
    """The session with our adapter, no cookies, no .netrc; proxies and certificates from the
    environment, read once.
    """
    adapter = NotingAdapter(pool_connections=8, pool_maxsize=pool_size, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.trust_env = False
    session.proxies.update(get_environ_proxies(base_url))
    bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
    if bundle:
        session.verify = bundle
    return session


def session_for(base_url: str, *, pool_size: int) -> requests.Session:
    """The session that all clients of this base URL share in this process."""
    key = (base_url, pool_size)
    if key not in _sessions:
        with _sessions_lock:
            if key not in _sessions:
                _sessions[key] = prepared(
                    requests.Session(), base_url=base_url, pool_size=pool_size
                )
    return _sessions[key]


def _forget_sessions() -> None:
    """After a fork: two processes must never talk over one socket."""
    global _sessions_lock
    _sessions_lock = threading.Lock()
    _sessions.clear()


os.register_at_fork(after_in_child=_forget_sessions)


class _HidesSecrets(logging.Filter):
    """urllib3 logs whole addresses at DEBUG; what must not be read there is starred out."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                SECRET_PARAMETER.sub(r"\1***", item) if isinstance(item, str) else item
                for item in record.args
            )
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_HidesSecrets())

"""One call to the Graph API and what its answer means. `GraphClient` is built on it."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import requests
from requests.auth import AuthBase

from whatsapp import transport
from whatsapp.failures import GraphError, GraphFailure, GraphTimeout, GraphUnavailable, failure_for

Raw: TypeAlias = dict[str, Any]
USER_AGENT = "waba-inbox/0.1 (+https://developers.facebook.com/docs/whatsapp)"


class Bearer(AuthBase):
    """Puts the token on a request. It is an object so that no traceback shows the token as a local."""

    def __init__(self, token: str, *, scheme: str = "Bearer", app_secret: str = "") -> None:
        self._token = token
        self._scheme = scheme
        self._app_secret = app_secret

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"{self._scheme} {self._token}"
        return request

    def __repr__(self) -> str:
        return "<Bearer ***>"

    def as_scheme(self, scheme: str) -> Bearer:
        """The same token under another word: uploads want "OAuth"."""
        return Bearer(self._token, scheme=scheme, app_secret=self._app_secret)

    def with_token(self, token: str) -> Bearer:
        """Another token of the same app."""
        return Bearer(token, scheme=self._scheme, app_secret=self._app_secret)

    @property
    def proof(self) -> dict[str, str]:
        """Meta's `appsecret_proof`: the token is used by the app it belongs to. Empty without the secret."""
        if not self._app_secret:
            return {}
        key, said = self._app_secret.encode(), self._token.encode()
        return {"appsecret_proof": hmac.new(key, said, hashlib.sha256).hexdigest()}


class Calls:
    """Requests to one Graph API with one token. Cheap to make: the connections are shared."""

    def __init__(
        self,
        base_url: str,
        version: str,
        token: str,
        *,
        session: requests.Session | None = None,
        timeout: tuple[float, float] = (3.05, 20.0),
        app_secret: str = "",
        pool_size: int = 32,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.version = version
        self.timeout = timeout
        self.pool_size = pool_size
        self._auth = Bearer(token, app_secret=app_secret)
        self._session = (
            transport.prepared(session, base_url=self.base_url, pool_size=pool_size)
            if session
            else None
        )

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.base_url}/{self.version}>"

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        auth: Bearer | None = None,
    ) -> Raw:
        """Meta's answer as an object. Raises GraphRefusal, GraphUnavailable or GraphTimeout, and nothing else."""
        sent_headers = dict(headers or {})
        if body is not None:
            data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            sent_headers["Content-Type"] = "application/json"
        auth = auth or self._auth
        response = self.request(
            method,
            f"{self.base_url}/{self.version}/{path}",
            what=path,
            params={**(params or {}), **auth.proof},
            data=data,
            headers=sent_headers,
            auth=auth,
        )
        return _answer(response, what=path)

    def request(
        self,
        method: str,
        url: str,
        *,
        what: str,
        params: Mapping[str, str] | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        auth: Bearer | None = None,
        stream: bool = False,
    ) -> requests.Response:
        """The raw response. `what` names the call in a failure: the address may hold secrets."""
        session = self._session or transport.session_for(self.base_url, pool_size=self.pool_size)
        failure: GraphFailure
        transport.forget_last_request()
        try:
            return session.request(
                method,
                url,
                params=params,
                data=data,
                headers={"User-Agent": USER_AGENT, "Accept": "*/*", **(headers or {})},
                auth=auth or self._auth,
                timeout=self.timeout,
                allow_redirects=False,
                stream=stream,
            )
        except (requests.RequestException, OSError, ValueError) as error:
            failure = _connection_failure(error, what=what)
        raise failure  # outside of the handler: the request, with its token, must not hang on to it

    def pages(self, path: str, *, params: Mapping[str, str] | None = None) -> Iterator[Raw]:
        """The objects of a paged list. The `next` address is not followed: it holds the token."""
        asked = dict(params or {})
        while True:
            found, after = self.one_page(path, params=asked)
            yield from found
            if not after:
                return
            asked["after"] = after

    def one_page(self, path: str, *, params: Mapping[str, str]) -> tuple[list[Raw], str]:
        """The objects of one page, and the next one's cursor: empty on the last. It is good for minutes."""
        page = self.call("GET", path, params=dict(params))
        found = page.get("data")
        items = (
            [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []
        )
        paging = page.get("paging")
        if not isinstance(paging, dict) or not paging.get("next"):
            return items, ""
        cursors = paging.get("cursors")
        after = cursors.get("after") if isinstance(cursors, dict) else None
        return items, "" if not after or after == params.get("after") else str(after)


def _connection_failure(error: Exception, *, what: str) -> GraphFailure:
    if transport.surely_not_written() or isinstance(
        error, requests.ConnectTimeout | requests.exceptions.InvalidURL
    ):
        return GraphUnavailable(f"no connection for {what}: {_kind(error)}")
    return GraphTimeout(f"no answer to {what}: {_kind(error)}")


def _kind(error: BaseException) -> str:
    """The innermost exception's name: its text may hold the address."""
    inner: Any = error
    for _ in range(5):
        args = getattr(inner, "args", ())
        nested = getattr(inner, "reason", None) or next(
            (item for item in args if isinstance(item, BaseException)), None
        )
        if not isinstance(nested, BaseException):
            break
        inner = nested
    return type(inner).__name__


def _answer(response: requests.Response, *, what: str) -> Raw:
    status = response.status_code
    try:
        found = response.json()
    except (ValueError, RecursionError):
        found = None
    if error := GraphError.read(found, http_status=status):
        raise failure_for(error)
    if 400 <= status < 500:
        raise GraphUnavailable(f"HTTP {status} without Meta's own words for {what}")
    if not 200 <= status < 300:
        raise GraphTimeout(f"HTTP {status} without Meta's own words for {what}")
    if not isinstance(found, dict):
        raise GraphTimeout(f"HTTP {status} with an unreadable answer to {what}")
    return found

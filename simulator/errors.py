"""Meta's errors: the envelope that a Graph call answers and the object that a failed status carries."""

from __future__ import annotations

import random
import string
from dataclasses import dataclass
from typing import Any, Final

# code: (HTTP status, message, details of a failed status)
KNOWN: Final[dict[int, tuple[int, str, str]]] = {
    1: (500, "An unknown error occurred", ""),
    2: (503, "Service temporarily unavailable", ""),
    4: (429, "(#4) Application request limit reached", ""),
    10: (403, "(#10) Application does not have permission for this action", ""),
    100: (400, "(#100) Invalid parameter", ""),
    190: (401, "Invalid OAuth access token - Cannot parse access token", ""),
    200: (403, "(#200) You do not have permission to access this field", ""),
    130429: (
        429,
        "Rate limit hit",
        "Message failed to send because there were too many messages sent from this phone number in a short period.",
    ),
    131000: (500, "Something went wrong", "Message failed to send due to an unknown error."),
    131008: (400, "Required parameter is missing", ""),
    131009: (400, "Parameter value is not valid", ""),
    131016: (503, "Service unavailable", "A service is temporarily unavailable."),
    131021: (400, "Recipient cannot be sender", ""),
    131026: (400, "Message undeliverable", "Message Undeliverable."),
    131031: (403, "Business Account locked", ""),
    131042: (
        400,
        "Business eligibility payment issue",
        "Message failed to send because there were one or more errors related to your payment method.",
    ),
    131047: (
        400,
        "Re-engagement message",
        "Message failed to send because more than 24 hours have passed since the customer last replied to this number.",
    ),
    131048: (
        429,
        "Spam rate limit hit",
        "Message failed to send because there are restrictions on how many messages this phone number may send.",
    ),
    131049: (
        400,
        "This message was not delivered to maintain healthy ecosystem engagement.",
        "In order to maintain a healthy ecosystem engagement, the message failed to be delivered.",
    ),
    131050: (
        400,
        "User has stopped marketing messages",
        "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages on WhatsApp"
        " from your business.",
    ),
    131051: (400, "Message type unknown", "Message type is currently not supported."),
    131053: (400, "Media upload error", "Failed to upload the media."),
    131055: (400, "Method not allowed", ""),
    131056: (
        429,
        "(Business Account, Consumer Account) pair rate limit hit",
        "Too many messages to this user.",
    ),
    132000: (400, "Number of parameters does not match the expected number of params", ""),
    132001: (404, "Template name does not exist in the translation", ""),
    132005: (400, "Translated text too long", ""),
    132012: (400, "Parameter format does not match format in the created template", ""),
    132015: (400, "Template is paused", "The template is paused because of its quality."),
    132016: (400, "Template is disabled", "The template was paused too often and is now disabled."),
    15: (400, "(#15) The method must be called with an app access token", ""),
    133005: (400, "Two step verification PIN mismatch", "The PIN is not the one that was set."),
    133006: (
        400,
        "Phone number re-verification needed",
        "The number must be verified before it is registered.",
    ),
    133010: (400, "Account not registered", "The phone number is not registered on the Cloud API."),
    133008: (
        400,
        "Too many two step verification PIN guesses",
        "Too many wrong PINs. Try again in an hour.",
    ),
    133016: (
        400,
        "Account register deregister rate limit exceeded",
        "The number was registered or deregistered too often. Try again in 72 hours.",
    ),
    136024: (400, "Request code error", ""),
    136025: (400, "Verify code error", ""),
    139100: (400, "Failed to block/unblock users", "Failed to block/unblock some users."),
    139101: (
        400,
        "Re-engagement required",
        "Only users who wrote in the last 24 hours can be blocked.",
    ),
}
HREF: Final = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


@dataclass(eq=False)
class GraphError(Exception):
    """A call that Meta refuses. `envelope` is what goes over the wire."""

    code: int
    details: str = ""
    message: str = ""
    subcode: int = 0
    status: int = 0
    user_title: str = ""
    user_msg: str = ""
    kind: str = "OAuthException"

    @property
    def http_status(self) -> int:
        return self.status or KNOWN.get(self.code, (400, "", ""))[0]

    def envelope(self) -> dict[str, Any]:
        """The JSON body, in Meta's own order."""
        text = self.message or KNOWN.get(self.code, (400, "Unknown error", ""))[1]
        if not text.startswith("(#") and self.code >= 130000:
            text = f"(#{self.code}) {text}"
        error: dict[str, Any] = {"message": text, "type": self.kind, "code": self.code}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.user_title:
            error |= {
                "is_transient": False,
                "error_user_title": self.user_title,
                "error_user_msg": self.user_msg,
            }
        trace = random.choices(string.ascii_letters + string.digits, k=22)  # noqa: S311 it names, it does not guard
        error["fbtrace_id"] = "A" + "".join(trace)
        return {"error": error}


def unknown_object(object_id: str, *, method: str = "get") -> GraphError:
    """Meta does not tell an object that is missing from one that the token may not see."""
    return GraphError(
        100,
        message=f"Unsupported {method} request. Object with ID '{object_id}' does not exist, cannot be loaded due to"
        " missing permissions, or does not support this operation. Please read the Graph API documentation at"
        " https://developers.facebook.com/docs/graph-api",
        subcode=33,
        kind="GraphMethodException",
    )


def missing(name: str) -> GraphError:
    """A required parameter of a message is not there."""
    return GraphError(131008, details=f"The parameter {name} is required.")


def invalid(details: str) -> GraphError:
    """A parameter of a message is there and wrong."""
    return GraphError(131009, details=details)


def failed_status(code: int, *, details: str = "") -> dict[str, Any]:
    """The object in `errors` of a failed status; `message` equals `title` there."""
    _, title, usual = KNOWN.get(code, (400, "Something went wrong", ""))
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details or usual or title},
        "href": HREF,
    }

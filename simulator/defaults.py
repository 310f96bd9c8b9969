"""What a bare start holds: public, fixed, printed and worth nothing outside this machine."""

from typing import Final

APP_ID: Final = "100000000000001"
APP_SECRET: Final = "simulator-app-secret"  # noqa: S105
VERIFY_TOKEN: Final = "simulator-verify-token"  # noqa: S105
WABA_ID: Final = "200000000000001"
NUMBER_ID: Final = "300000000000001"
PHONE: Final = "+15550001111"
TOKEN: Final = "simulator-token"  # noqa: S105

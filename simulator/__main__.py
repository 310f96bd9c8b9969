"""`python -m simulator --port 8001 --webhook URL --state FILE`: Meta on this machine."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path

import uvicorn

from simulator import defaults, moving
from simulator.server import Simulator
from simulator.state import Keeper
from simulator.world import World


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument(
        "--webhook", default="", help="where webhooks go unless an app says otherwise"
    )
    parser.add_argument(
        "--public-url", default="", help="how others reach this simulator (media links)"
    )
    parser.add_argument("--state", type=Path, help="file that keeps everything between starts")
    parser.add_argument(
        "--app-secret", default=defaults.APP_SECRET, help="secret of the first app on a first start"
    )
    parser.add_argument("--verify-token", default=defaults.VERIFY_TOKEN)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Run until told to stop."""
    options = arguments()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    world = World(seed=options.seed)
    world.default_webhook = options.webhook
    world.base_url = options.public_url or f"http://127.0.0.1:{options.port}"
    simulator = Simulator(world)
    keeper = Keeper(world, path=options.state) if options.state else None
    if keeper and keeper.load():
        moving.follow(world, webhook=options.webhook)
    else:
        world.with_defaults(secret=options.app_secret, verify_token=options.verify_token)
    # uvicorn raises the signal again when it is done; this makes it an ordinary exit, with the last save.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    simulator.outbox.start()
    if keeper:
        keeper.start()
    print(
        f"Simulator: phone http://{options.host}:{options.port}/phone, Graph API {world.base_url}",
        flush=True,
    )
    try:
        uvicorn.run(
            simulator.app,
            host=options.host,
            port=options.port,
            log_level="warning",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=1,
        )
    finally:
        simulator.outbox.stop()
        if keeper:
            keeper.stop()


if __name__ == "__main__":
    main()

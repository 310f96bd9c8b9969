"""Alt+J through fifty conversations in a real browser: from the key to the new thread painted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from playwright.sync_api import sync_playwright

from accounts.models import Agent, Role
from bench import company
from bench.figures import Figure, below, share
from bench.site import Standing
from waba_inbox.local.testing import browser as find_chromium

STEPS = 50
PAUSE_MS = 300  # an agent looks before going on
PATIENCE_MS = 60_000
ARGUMENTS = ["--no-sandbox", "--disable-gpu"]
# Painted: the first message after the frame that follows the change.
WALK = """async ([steps, pause]) => {
    const times = [];
    for (let n = 0; n < steps; n += 1) {
        const shown = new Promise((done) => document.addEventListener("pane-shown", done, {once: true}));
        const began = performance.now();
        document.body.dispatchEvent(new KeyboardEvent("keydown",
            {code: "KeyJ", key: "j", altKey: true, bubbles: true, cancelable: true}));
        await shown;
        await new Promise((done) => requestAnimationFrame(() => {
            const {port1, port2} = new MessageChannel();
            port1.onmessage = done;
            port2.postMessage(0);
        }));
        times.push(performance.now() - began);
        await new Promise((done) => setTimeout(done, pause));
    }
    return times;
}"""


def measure(standing: Standing, *, rounds: int) -> list[Figure]:
    """A manager in the demo's company, whose inbox holds some hundred conversations."""
    program = find_chromium()
    if not program:
        print("  switching is not measured: no Chromium (name one in CHROMIUM)")
        return []
    standing.start("web")
    company.step_aside()
    demo = {"DEBUG": "1", "STATIC_ROOT": settings.STATIC_ROOT.as_posix()}
    standing.run("seed", "django", "seed_demo", **demo)
    cookie = company.cookie(_walker())
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        walks = [_walk(chromium, standing.web, cookie) for _n in range(rounds)]
        chromium.close()
    return [
        below(
            f"Alt+J through {STEPS} conversations, to the new thread painted, median",
            "ms",
            [share(sorted(times), 0.5) for times in walks],
            50,
            notes={"p95": [round(share(sorted(times), 0.95), 1) for times in walks]},
        )
    ]


def _walker() -> Agent:
    like = Agent.objects.filter(email__endswith="demo.waba-inbox.test", role=Role.MANAGER)[0]
    return Agent.objects.get_or_create(
        email="walker@bench.example",
        defaults={"workspace": like.workspace, "name": "Walker", "role": like.role},
    )[0]


def _walk(chromium: Any, web: str, cookie: str) -> list[float]:
    name, _equals, value = cookie.partition("=")
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    context.add_cookies([{"name": name, "value": value, "url": web}])
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{web}/inbox/?tab=all&status=any")
    page.locator('live-updates[data-state="open"]').wait_for(state="attached")
    times: list[float] = page.evaluate(WALK, [STEPS, PAUSE_MS])
    context.close()
    return times

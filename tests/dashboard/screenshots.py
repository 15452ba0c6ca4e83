"""The README's pictures of the dashboard: ``python -m tests.dashboard.screenshots`` makes them anew."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser

import simenv
from scenarios.bench import browser

DOCS = Path(__file__).parent.parent.parent / "docs"
PICTURES = {
    "overview": ("overview?run=demo", ".st-key-chart-lines", 960),
    "people": ("people?run=demo&agent=17&arm=ease&page=2", ".st-key-chart-satisfaction", 1180),
    "compare": ("compare?run=demo&measure=n_like", ".st-key-chart-levels", 900),
}
"""Where each is taken, what must be drawn on it, and its height in pixels; the width is 1280."""
MOST = 200_000
"""Bytes of a picture."""


def take(started: Browser, address: str, name: str) -> None:
    """One picture, in 256 colours."""
    place, main, height = PICTURES[name]
    window = started.new_context(viewport={"width": 1280, "height": height}, color_scheme="light")
    page = window.new_page()
    page.goto(f"{address}/{place}")
    page.wait_for_selector(f"{main} .main-svg", timeout=browser.PATIENCE)
    browser.settled(page)
    page.wait_for_timeout(1500)
    image = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    window.close()
    path = DOCS / f"{name}.png"
    image.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > MOST:
        raise SystemExit(f"{path} has {path.stat().st_size:,} bytes, expected at most {MOST:,}.")


def main() -> None:
    """Run the demo, look at it, and write the pictures into docs/."""
    with TemporaryDirectory() as folder, browser.browser() as started:
        simenv.run("demo", out=Path(folder) / "demo")
        with browser.served(browser.dashboard(Path(folder))) as address:
            for name in PICTURES:
                take(started, address, name)


if __name__ == "__main__":
    main()

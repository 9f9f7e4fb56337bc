"""Somebody's hand on a page. It counts what it does, as a person would have to do it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Locator, Page, expect

from tests.harness.browser import press, tick

FOLDER = Path(__file__).resolve().parents[2] / "var" / "walk"


class Hand:
    """Clicks, fills and presses of one person in one step. ``page`` is for looking only."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.actions = 0

    def find(self, selector: str, **options: Any) -> Locator:
        """What is looked for on the page."""
        return self.page.locator(selector, **options)

    def at_once(self, selector: str, **options: Any) -> None:
        """A click on the first that fits."""
        self.click(self.page.locator(selector, **options).first)

    def go(self, path: str) -> None:
        """Follow the rail's link to ``path``."""
        self.click(self.page.locator(f"nav a[href='{path}']").first)
        self.page.wait_for_url(f"**{path}*")

    def click(self, what: Locator | str, **options: Any) -> None:
        """A click on a place, or on the button with that name."""
        self.actions += 1
        if isinstance(what, str):
            what = self.page.get_by_role("button", name=what).first
        press(what, **options)

    def tick(self, what: Locator | str) -> None:
        """A box or a choice, by its label: the input itself may be hidden behind it."""
        self.actions += 1
        if isinstance(what, str):
            what = self.page.locator(what)
        tick(what)

    def choose(self, what: str, value: str) -> None:
        """An entry of a list."""
        self.actions += 1
        self.page.locator(what).select_option(value)

    def fill(self, what: Locator | str, text: str) -> None:
        """One field."""
        self.actions += 1
        if isinstance(what, str):
            what = self.page.locator(what)
        what.fill(text)

    def press(self, key: str) -> None:
        """One key."""
        self.actions += 1
        self.page.keyboard.press(key)

    def sign(self) -> None:
        """A signature, drawn in one go."""
        self.actions += 1
        canvas = self.page.locator("[data-signature-pad] canvas").first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + 40, box["y"] + 60)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + 120, box["y"] + 30, steps=4)
        self.page.mouse.move(box["x"] + 180, box["y"] + 90, steps=4)
        self.page.mouse.up()

    def sees(self, text: str) -> None:
        """``text`` stands on the page."""
        expect(self.page.locator("body")).to_contain_text(text)


class Walk:
    """The steps walked so far. Pictures and figures lie in ``var/walk/``."""

    def __init__(self, new_context: Callable[..., Any], sign_in: Callable[..., None]) -> None:
        self._new_context, self._sign_in = new_context, sign_in
        self.steps: list[dict[str, Any]] = []
        self._browsers: dict[tuple[Any, ...], Any] = {}
        FOLDER.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def step(self, name: str, user: Any, **options: Any) -> Iterator[Hand]:
        """``user`` opens a page of his own browser on his work page; the step is counted from there."""
        mine = (user.pk, *sorted(options.items()))
        if mine not in self._browsers:
            self._browsers[mine] = self._new_context(**options)
        page = self._browsers[mine].new_page()
        self._sign_in(page, user)
        page.goto("/")
        hand = Hand(page)
        began = time.monotonic()
        picture = FOLDER / f"{len(self.steps) + 1:02d}-{name.replace(' ', '-')}.png"
        try:
            yield hand
            page.wait_for_load_state("load")
        finally:
            with suppress(Error):  # a page on its way elsewhere: what went wrong before is what counts
                page.evaluate("window.scrollTo(0, 0)")
            page.screenshot(path=picture, full_page=True)
        self._note(name, user.role, hand.actions, time.monotonic() - began)
        page.close()

    def _note(self, name: str, role: str, actions: int, seconds: float) -> None:
        self.steps.append({"step": name, "role": role, "actions": actions, "seconds": round(seconds, 1)})
        (FOLDER / "steps.json").write_text(json.dumps(self.steps, ensure_ascii=False, indent=1) + "\n")

    def table(self) -> str:
        """The steps as lines, the sum last."""
        lines = [f"{s['step']:<34}{s['role']:<22}{s['actions']:>8}{s['seconds']:>9.1f}" for s in self.steps]
        actions = sum(s["actions"] for s in self.steps)
        seconds = sum(s["seconds"] for s in self.steps)
        head = f"{'step':<34}{'role':<22}{'actions':>8}{'seconds':>9}"
        return "\n".join(["", head, *lines, f"{'':<56}{actions:>8}{seconds:>9.1f}"])

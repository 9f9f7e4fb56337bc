"""A real Chromium, as people use it: in Chinese, in Shanghai, at a desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    expect,
    sync_playwright,
)

from tests.harness.live import Live

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, TABLET, PHONE = (1440, 900), (1024, 768), (390, 844)
# A refused verb answers 4xx on purpose; the browser then logs the status.
EXPECTED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")

PATIENCE = 45_000
"""Milliseconds that a page may take on a machine that does other things too; nothing waits that long else."""
expect.set_options(timeout=PATIENCE)


class Keys:
    """A keyboard that counts: a text typed into one field is one action, as is every other key or press."""

    def __init__(self, page: Page) -> None:
        self.page, self.actions = page, 0

    def type(self, text: str) -> None:
        self.actions += 1
        self.page.keyboard.type(text)

    def press(self, *names: str) -> None:
        for name in names:
            self.actions += 1
            self.page.keyboard.press(name)

    def click(self, target: Locator) -> None:
        self.actions += 1
        press(target)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser per worker; every test gets its own context."""
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing; install the system package chromium.", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def browser_errors() -> list[str]:
    """What the browser complained of; a test that provokes a complaint clears the list."""
    return []


@pytest.fixture
def new_context(
    chromium: Browser, live: Live, browser_errors: list[str]
) -> Iterator[Callable[..., BrowserContext]]:
    """``new_context(viewport=PHONE, dark=True)``: another person, or another device."""
    contexts: list[BrowserContext] = []

    def make(*, viewport: tuple[int, int] = DESK, dark: bool = False, **options) -> BrowserContext:
        context = chromium.new_context(
            base_url=live.url,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": viewport[0], "height": viewport[1]},
            color_scheme="dark" if dark else "light",
            **options,
        )
        context.set_default_timeout(PATIENCE)
        context.on("console", lambda message: _note(message, browser_errors))
        context.on("weberror", lambda error: browser_errors.append(str(error.error)))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(request, new_context, browser_errors: list[str]) -> Iterator[Page]:
    """A page at desk size. The test fails when scripts, styles or the content policy complain."""
    page = new_context().new_page()
    yield page
    report = getattr(request.node, "call_report", None)
    if report is not None and report.failed:
        _keep_picture(page, request.node.name)
    elif browser_errors:
        pytest.fail("the browser complained:\n" + "\n".join(browser_errors), pytrace=False)


@pytest.fixture
def sign_in(live: Live) -> Callable[..., None]:
    """``sign_in(page, user)``: a session without going through the log-in page."""

    def do(page: Page, user) -> None:
        from django.conf import settings
        from django.test import Client

        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live.url}])

    return do


def _note(message: ConsoleMessage, errors: list[str]) -> None:
    if message.type == "error" and not EXPECTED.search(message.text):
        errors.append(message.text)


def _keep_picture(page: Page, name: str) -> None:
    folder = Path(__file__).resolve().parents[2] / "var" / "test-failures"
    folder.mkdir(parents=True, exist_ok=True)
    file_name = re.sub(r"[^\w-]+", "-", name) + ".png"
    page.screenshot(path=folder / file_name, full_page=True)


ARM = (
    "node => { window.heard = false; node.addEventListener('click', () => { window.heard = true; }, true); }"
)


def press(target: Locator, **options: Any) -> None:
    """A click; once more when none arrived, as on a busy machine whose page moves between down and up."""
    target.evaluate(ARM)
    target.click(**options)
    with suppress(Error):  # on its way to another page: it was heard
        if target.page.evaluate("window.heard === false"):
            target.click(**options)


def tick(box: Locator) -> None:
    """Tick a box or choice by what a person can see of it: its label, once that stands still."""
    box.wait_for(state="attached")  # counting does not wait for the page
    label = box.locator("xpath=ancestor::label[1]")
    (label if label.count() else box).click()
    expect(box).to_be_checked()

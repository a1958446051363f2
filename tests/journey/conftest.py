"""One running hub for all journeys, and one of their own for those that break it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journey.browser import CHROMIUM, FLAGS, SECONDS, WIDE
from tests.journey.hub import Hub


def pytest_collection_modifyitems(items) -> None:
    """Where tests run side by side, keep the journeys together: they share one running hub."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("journey"))


@pytest.fixture(scope="session")
def hub(tmp_path_factory) -> Iterator[Hub]:
    running = Hub(tmp_path_factory.mktemp("hub"))
    try:
        yield running.start()
    finally:
        running.stop()


@pytest.fixture(autouse=True)
def _vendors_recover(request) -> Iterator[None]:
    yield
    if "hub" in request.fixturenames:
        hub = request.getfixturevalue("hub")
        hub.shop.recover()
        hub.warehouse.recover()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, hub: Hub) -> Iterator[Page]:
    """A signed-in person's page; whatever the console complains of fails the test."""
    context = browser.new_context(viewport=WIDE)
    page = context.new_page()
    page.set_default_timeout(30 * SECONDS)
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{hub.url}/account/login/")
    page.get_by_label("Email").fill(hub.demo["email"])
    page.get_by_label("Password").fill(hub.demo["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/s/*/")
    yield page
    context.close()
    assert complaints == []

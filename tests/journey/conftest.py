"""One running hub for all journeys, and one of their own for those that break it."""

from collections.abc import Iterator

import pytest

from tests.journey.hub import Hub


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

from collections.abc import Iterator

import pytest

from integrations.sandbox import ShopifySandbox, UnleashedSandbox


@pytest.fixture
def shop() -> Iterator[ShopifySandbox]:
    with ShopifySandbox() as vendor:
        yield vendor


@pytest.fixture
def warehouse() -> Iterator[UnleashedSandbox]:
    with UnleashedSandbox() as vendor:
        yield vendor

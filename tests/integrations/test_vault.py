"""Secrets at rest open for the connection they were sealed for, and for nobody else."""

import pytest

from integrations.vault import SealBroken, open_secrets, reseal, seal

SECRETS = {"api_key": "first words, no secret", "webhook_secret": "ünïcode ✓"}


def sealed_for(store_id: int = 7, connection_key: str = "unleashed") -> str:
    return seal(store_id=store_id, connection_key=connection_key, secrets=SECRETS)


def test_what_was_sealed_opens_again():
    assert open_secrets(sealed_for(), store_id=7, connection_key="unleashed") == SECRETS


def test_no_secret_can_be_read_in_the_sealed_text():
    sealed = sealed_for()

    assert "first words" not in sealed
    assert sealed != sealed_for()


def test_nothing_sealed_holds_no_secrets():
    assert open_secrets("", store_id=7, connection_key="unleashed") == {}


@pytest.mark.parametrize(("store_id", "key"), [(8, "unleashed"), (7, "shopify"), (77, "")])
def test_a_text_moved_to_another_connection_stays_shut(store_id, key):
    with pytest.raises(SealBroken):
        open_secrets(sealed_for(), store_id=store_id, connection_key=key)


@pytest.mark.parametrize("damage", [lambda text: text[:-2], lambda text: "A" + text, lambda _: "ü"])
def test_a_damaged_text_stays_shut(damage):
    with pytest.raises(SealBroken):
        open_secrets(damage(sealed_for()), store_id=7, connection_key="unleashed")


def test_an_old_key_still_opens_until_it_is_retired(settings):
    settings.SECRET_KEYS = ["the key of last year, long enough by far"]
    old = sealed_for()
    settings.SECRET_KEYS = ["the key of this year, long enough by far", *settings.SECRET_KEYS]

    renewed = reseal(old, store_id=7, connection_key="unleashed")

    assert open_secrets(old, store_id=7, connection_key="unleashed") == SECRETS
    settings.SECRET_KEYS = settings.SECRET_KEYS[:1]
    assert open_secrets(renewed, store_id=7, connection_key="unleashed") == SECRETS
    with pytest.raises(SealBroken):
        open_secrets(old, store_id=7, connection_key="unleashed")

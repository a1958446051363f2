"""A call under an Idempotency-Key is done once, however often it comes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from orders.models import Order
from orders.signals import order_events_recorded
from stores.models import IdempotencyKey, Store
from stores.scoping import entered
from tests.orders.api.conftest import ORDER, ScriptClient, script_of

KEY = {"Idempotency-Key": "order-412218073"}


def send(script: ScriptClient, body: Any = ORDER, **headers: str) -> Any:
    return script.post(
        "/api/v2/orders", body, content_type="application/json", headers={**KEY, **headers}
    )


def counted(store: Store) -> tuple[int, int]:
    with entered(store):
        orders = Order.objects.for_store(store).count()
        return orders, IdempotencyKey.objects.for_store(store).count()


def test_the_same_call_gets_the_first_answer_byte_by_byte(script, store):
    first = send(script)
    again = send(script)

    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again["ETag"] == first["ETag"]
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert int(again["X-Tokens-Remaining"]) < int(first["X-Tokens-Remaining"])
    assert counted(store) == (1, 1)


def test_a_key_of_another_call_is_refused(script, store):
    send(script)

    other_body = send(script, {**ORDER, "email": "other@example.com"})
    other_path = script.post(
        "/api/v2/inventory-items", ORDER, content_type="application/json", headers=KEY
    )

    assert (other_body.status_code, other_path.status_code) == (422, 422)
    assert "Idempotency-Key" in other_body.json()["message"]
    assert counted(store) == (1, 1)


def test_a_refused_call_leaves_no_key_and_can_be_put_right(script, store):
    assert send(script, {**ORDER, "tax_total": "a lot"}).status_code == 400
    assert counted(store) == (0, 0)

    assert send(script).status_code == 201


def test_a_call_that_breaks_leaves_nothing_and_can_be_repeated(script, store):
    def stumble(**_: Any) -> None:
        raise RuntimeError("a bug")

    order_events_recorded.connect(stumble)
    script.raise_request_exception = False
    try:
        broken = send(script)
    finally:
        order_events_recorded.disconnect(stumble)

    assert broken.status_code == 500
    assert broken.json()["status"] == "error"
    assert counted(store) == (0, 0)
    assert send(script).status_code == 201


def test_deleting_again_under_a_key_gets_the_first_answer(script):
    order = script.made()
    path = f"/api/v2/orders/{order['id']}"

    answers = [script.delete(path, headers=KEY) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content


def test_reading_takes_no_notice_of_a_key(script, store):
    for path in ("orders", "test"):
        assert script.get(f"/api/v2/{path}", headers=KEY).status_code == 200
    assert counted(store) == (0, 0)


def test_a_key_counts_for_seven_days_and_is_cleared_away(script, store):
    send(script)
    with entered(store):
        rows = IdempotencyKey.objects.for_store(store)
        rows.update(created_at=timezone.now() - timedelta(days=7, seconds=1))

    assert send(script).status_code == 409  # the order itself is known
    other = {"Idempotency-Key": "another"}
    send(script, {**ORDER, "source_id": "another"}, **other)

    with entered(store):
        keys = IdempotencyKey.objects.for_store(store).values_list("key", flat=True)
        assert list(keys) == ["another"]


def test_the_same_key_of_another_store_is_another_key(script, other_script, other_store):
    send(script)

    theirs = send(other_script)

    assert theirs.status_code == 201
    assert "Idempotent-Replayed" not in theirs
    assert counted(other_store) == (1, 1)


@pytest.mark.parametrize("key", ["", "k" * 256, "k\u00e9y", "tab\there"])
def test_a_key_that_cannot_be_one_is_refused(script, store, key):
    answer = send(script, **{"Idempotency-Key": key})

    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["message"]
    assert counted(store) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_of_equal_calls_at_once_one_is_done_and_the_others_are_told_to_wait(store):
    script = script_of(store)
    inside, go_on = Event(), Event()

    def hold(**_: Any) -> None:
        inside.set()
        go_on.wait(20)

    def call() -> Any:
        try:
            return send(script_like(script))
        finally:
            connection.close()

    order_events_recorded.connect(hold)
    try:
        with ThreadPoolExecutor(3) as threads:
            first = threads.submit(call)
            assert inside.wait(20)
            waiting = [threads.submit(call).result(20) for _ in range(2)]
            go_on.set()
            done = first.result(20)
    finally:
        go_on.set()
        order_events_recorded.disconnect(hold)
    again = send(script)

    assert [answer.status_code for answer in waiting] == [409, 409]
    assert all(answer["Retry-After"] == "1" for answer in waiting)
    assert (done.status_code, again.content) == (201, done.content)
    assert counted(store) == (1, 1)


def script_like(script: ScriptClient) -> ScriptClient:
    """Give a client of the same key; one client is of one thread."""
    copy = ScriptClient()
    copy.defaults = dict(script.defaults)
    return copy

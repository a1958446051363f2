"""Bad days: vendors that fail in every way, processes that are killed; ledgers compared after each.

However it goes, the vendor ends with exactly one order and the timeline says what happened.
"""

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from tests.journey.hub import CHECKOUT, eventually
from tests.journey.test_journey import order_body

POST_ORDER = "POST /SalesOrders"


def bring_in(hub, number, **fields):
    assert hub.send_hook(order_body(number, **fields)).status_code == 200


def arrived_once(hub, number, *, seconds=60):
    """Wait until the warehouse has the order and the hub knows it; there must be one."""
    eventually(
        lambda: hub.folder_of(number) == "Prepared", "the order in Prepared", seconds=seconds
    )
    assert len(hub.at_warehouse(number)) == 1
    return hub.history(number)


@pytest.mark.parametrize(
    ("number", "fault", "told"),
    [
        ("B1", {"kind": "rate_limited", "retry_after": 2}, "Unleashed"),
        ("B2", {"kind": "error"}, "Unleashed"),
        ("B3", {"kind": "error", "stored": True}, "Unleashed"),
        ("B4", {"kind": "html_error"}, "Unleashed"),
        ("B5", {"kind": "refuse_before"}, "Unleashed"),
        ("B6", {"kind": "accept_then_cut"}, "Unleashed"),
        ("B7", {"kind": "accept_then_timeout", "seconds": 6}, "Unleashed"),
        ("B8", {"kind": "slow_drip", "seconds": 1}, "Unleashed"),
        ("B9", {"kind": "invalid_json", "stored": True}, "Unleashed"),
        ("B10", {"kind": "invalid_json"}, "Unleashed"),
        ("B11", {"kind": "error", "times": 4}, "Unleashed"),
    ],
)
def test_a_vendor_that_fails_ends_with_exactly_one_order(hub, number, fault, told):
    hub.warehouse.fail(**{"match": POST_ORDER, **fault})

    bring_in(hub, number)

    history = arrived_once(hub, number)
    assert any(told in line for line in history)
    assert sum("Unleashed has order" in line for line in history) == 1


def test_lost_answers_are_looked_up_and_the_timeline_says_so(hub):
    hub.warehouse.fail("accept_then_cut", match=POST_ORDER)

    bring_in(hub, "B20")

    history = arrived_once(hub, "B20")
    assert any("was not sent again" in line for line in history)


def test_refused_credentials_pause_the_connection_and_its_orders_go_on_later(hub):
    hub.warehouse.fail("unauthorized", times=50)
    bring_in(hub, "B21")
    refusal = "does not accept the credentials"
    eventually(lambda: any(refusal in line for line in hub.history("B21")), "the refusal told")

    hub.warehouse.recover()
    hub.manage("demo", "--json")

    arrived_once(hub, "B21")


def test_a_product_the_vendor_does_not_know_is_a_sentence_on_the_order(hub):
    bring_in(hub, "B22", sku="NO-SUCH-THING")

    told = eventually(
        lambda: [line for line in hub.history("B22") if "NO-SUCH-THING" in line],
        "the product code named on the order",
    )

    assert told
    assert hub.at_warehouse("B22") == []
    assert any(
        "NO-SUCH-THING" in row["problem"]
        for row in hub.manage("work", "--status", "--json")["parked"]
    )


def test_tracking_that_the_shop_got_and_did_not_confirm_is_told_once(hub):
    order = hub.shop.do("/_sandbox/orders", kind="us")["order"]
    number = order["name"].removeprefix("#")
    eventually(lambda: hub.folder_of(number) == "Prepared", "the order in Prepared")
    hub.shop.fail("accept_then_cut", contains="fulfillmentCreate")
    (sent,) = hub.at_warehouse(number)

    hub.warehouse.do(f"/_sandbox/orders/{sent['Guid']}/ship")

    eventually(
        lambda: any("Shopify has tracking" in line for line in hub.history(number)),
        "the tracking confirmed",
    )
    (there,) = [each for each in hub.shop.ledger()["orders"] if each["id"] == order["id"]]
    assert len(there["fulfillments"]) == 1


def test_a_worker_killed_in_the_middle_of_everything_loses_and_doubles_nothing(hub):
    numbers = [f"K{number}" for number in range(30)]
    for place, number in enumerate(numbers):
        bring_in(hub, number)
        if place in (8, 16, 24):
            hub.kill_worker()
    for number in numbers:
        arrived_once(hub, number, seconds=90)

    assert hub.manage("verify", "--json")["ok"]


def test_the_hub_takes_orders_in_without_valkey_and_drains_when_it_returns(hub):
    with frozen(hub.server_pids("valkey-server")):
        for number in range(10):
            bring_in(hub, f"V{number}")

    for number in range(10):
        arrived_once(hub, f"V{number}")


def test_a_killed_valkey_comes_back_and_nothing_is_lost(hub):
    for number in range(5):
        bring_in(hub, f"W{number}")
    for pid in hub.server_pids("valkey-server"):
        os.kill(pid, signal.SIGKILL)
    for number in range(5, 10):
        bring_in(hub, f"W{number}")

    for number in range(10):
        arrived_once(hub, f"W{number}")


def test_while_postgresql_is_away_nothing_is_acknowledged_that_is_lost(hub):
    bring_in(hub, "P0")
    for pid in hub.server_pids("postgres"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    during = hub.send_hook(order_body("P1")).status_code
    listed = hub.api("GET", "/orders").status_code
    eventually(lambda: hub.send_hook(order_body("P2")).status_code == 200, "hooks taken again")

    assert during in (200, 503)
    assert listed in (200, 503)
    arrived_once(hub, "P0")
    arrived_once(hub, "P2")
    if during == 200:
        arrived_once(hub, "P1")
    else:
        assert hub.order("P1") is None


@pytest.mark.parametrize(
    "point",
    [
        "message.before_commit",
        "message.after_commit",
        "rules.before_commit",
        "rules.after_commit",
        "send.before_call",
        "send.after_call",
        "send.after_commit",
    ],
)
def test_a_worker_that_dies_at_any_step_leaves_one_order(hub, point):
    """A foreground worker dies at the named point; the hub's own worker takes over."""
    number = f"D-{point}"
    with frozen(hub.pids("celery", "worker")):
        bring_in(hub, number)
        died = run_until_death(hub, point)

    assert died, f"{point} was never reached"
    arrived_once(hub, number)


def run_until_death(hub, point):
    done = subprocess.run(
        [sys.executable, "manage.py", "work", "--until-idle", "--timeout", "40"],
        cwd=CHECKOUT,
        env={**hub.environment, "ORDERDESK_CRASH_AT": point},
        capture_output=True,
        timeout=120,
        check=False,
    )
    return done.returncode == -signal.SIGKILL


@contextlib.contextmanager
def frozen(pids):
    """Stop processes with SIGSTOP and let them go on after: they are there and do not answer."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)

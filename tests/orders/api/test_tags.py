"""ETags: what an order was when a script read it, and calls that depend on it."""

import pytest

from tests.orders.api.conftest import ScriptClient


def tag(script: ScriptClient, order_id: str) -> str:
    found = script.send("GET", f"orders/{order_id}")["ETag"]
    assert found.startswith('"')
    return str(found)


def test_an_order_has_the_same_tag_until_it_changes(script):
    answer = script.send(
        "POST", "orders", {"customer_company": "C", "order_items": [{"name": "A"}]}
    )
    order = answer.json()["order"]
    where = f"orders/{order['id']}"

    tags = [answer["ETag"], tag(script, order["id"])]
    assert tags[0] == tags[1]
    changed = script.send("PUT", where, {**order, "email": "new@example.com"})
    assert changed["ETag"] == tag(script, order["id"]) != tags[0]


@pytest.mark.parametrize("change", ["ship", "reship", "unship", "item", "move", "note"])
def test_every_change_of_an_order_changes_its_tag(script, change):
    order = script.made(order_shipments=[{"tracking_number": "1"}])
    where = f"orders/{order['id']}"
    parcel = f"{where}/shipments/{order['order_shipments'][0]['id']}"
    before = tag(script, order["id"])

    call = {
        "ship": ("POST", f"{where}/shipments", {"tracking_number": "2"}),
        "reship": ("PUT", parcel, {"tracking_number": "2"}),
        "unship": ("DELETE", parcel),
        "item": ("POST", f"{where}/order-items", {"name": "More"}),
        "move": (
            "POST",
            "move-orders",
            {"order_id_list": [order["id"]], "destination_folder_name": "Closed"},
        ),
        "note": ("PUT", where, {**order, "order_notes": [{"content": "Hello"}]}),
    }[change]
    assert script.send(*call).status_code in (200, 201)

    assert tag(script, order["id"]) != before


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_change_of_what_was_changed_meanwhile_is_refused(script, method):
    order = script.made()
    path = f"/api/v2/orders/{order['id']}"
    seen = tag(script, order["id"])
    script.send("PUT", f"orders/{order['id']}", {**order, "email": "theirs@example.com"})

    answer = script.generic(
        method, path, '{"email": "mine@example.com"}', headers={"If-Match": seen}
    )

    assert answer.status_code == 412
    assert answer.json()["status"] == "error"
    assert script.get(path).json()["order"]["email"] == "theirs@example.com"


@pytest.mark.parametrize(
    ("stated", "status"),
    [
        ("{tag}", 200),
        ("*", 200),
        ('"other", {tag}', 200),
        ('"other"', 412),
        ("W/{tag}", 412),
        ("no tag at all", 412),
        ("", 412),
    ],
)
def test_if_match_compares_strongly(script, stated, status):
    order = script.made()
    condition = stated.format(tag=tag(script, order["id"]))

    answer = script.put(
        f"/api/v2/orders/{order['id']}",
        {**order, "email": "new@example.com"},
        content_type="application/json",
        headers={"If-Match": condition},
    )

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("stated", "status"),
    [("{tag}", 304), ("W/{tag}", 304), ("*", 304), ('"other"', 200), ("{tag}x", 304), ("", 200)],
)
def test_what_a_script_has_already_is_not_sent_again(script, stated, status):
    order = script.made()
    path = f"/api/v2/orders/{order['id']}"
    condition = {"If-None-Match": stated.format(tag=tag(script, order["id"]))}

    answer = script.get(path, headers=condition)
    with_history = script.get(f"{path}?get_order_history=1", headers=condition)

    assert answer.status_code == status
    assert (answer.content == b"") == (status == 304)
    assert answer["ETag"] == tag(script, order["id"])
    assert answer["X-Tokens-Remaining"]
    # It grows without the order changing.
    assert with_history.status_code == 200

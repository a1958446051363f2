"""Search by parts of words: what is found, that it stays current, and who can read it."""

from decimal import Decimal

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderdesk.lib.refused import Refused
from orderdesk.verify import violations
from orders.drafts import ShipmentDraft
from orders.models import Order, OrderItem, SearchText, Shipment
from orders.searchtext import containing
from orders.services import add_shipment, hub, import_order
from stores.scoping import entered
from tests.factories import NEW_YEAR, make_address, make_draft, make_item, make_order


def found(store, text):
    with entered(store):
        return set(containing(Order.objects.for_store(store), text).values_list("pk", flat=True))


def ids_told(wanted):
    with connection.cursor() as cursor:
        cursor.execute("SELECT orders_containing(%s)", [wanted])
        return {pk for (pk,) in cursor.fetchall()}


@pytest.fixture
def order(store):
    return make_order(
        store,
        source_id="WEB-70441",
        email="Ada.Byron@Example.com",
        shipping=make_address(company="Analytical Engines", phone="555-0199", city="Ockham Park"),
        customer=make_address(first_name="Annabella", last_name="Milbanke"),
        items=(make_item(code="LOOM-07", name="Punched card, 100% linen"), make_item()),
    )


@pytest.mark.parametrize(
    "text",
    [
        *("70441", "web-7", "ada.byron@example", "BYRON", "yro", "analytical engin", "0199"),
        *("ockham", "milbanke annabella", "loom-07", "unched linen", "mug byron", "100% loom"),
        *("pu", "ada p", "62701"),
    ],
)
def test_an_order_is_found_by_a_part_of_what_it_says(store, order, text):
    make_order(store, email="", shipping=make_address(first_name="Grace", last_name="Hopper"))

    assert order.pk in found(store, text)


@pytest.mark.parametrize(
    "text",
    ["bryon", "byron lovelace", "10% linen", "LOOM_07", "loom\\07", "on", "%", "nched hopper"],
)
def test_an_order_that_does_not_say_all_of_it_is_not_found(store, order, text):
    assert order.pk not in found(store, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Müller", "mÜLL"),
        ("Мария Склодовская", "СКЛОД"),
        ("李小龍", "小龍"),
        ("Weiß", "WEISS"),
        ("C:\\Temp", "c:\\te"),
        ("O'Neil; DROP", "o'neil"),
    ],
)
def test_every_script_is_searched_and_folded(store, name, text):
    order = make_order(store, shipping=make_address(first_name="", last_name=name))

    assert found(store, text) == {order.pk}
    assert found(store, text + "x") == set()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40),
    start=st.integers(0, 30),
)
def test_any_part_of_a_name_finds_its_order(store, name, start):
    with entered(store), transaction.atomic():
        draft = make_draft(items=(make_item(name=name or "x"),))
        order = import_order(store=store, draft=draft, by=hub(), now=NEW_YEAR).order
        word = (name[start:].split() or [""])[0]
        looked = containing(Order.objects.for_store(store), word if len(word) > 2 else "")
        assert looked.filter(pk=order.pk).exists()
        transaction.set_rollback(True)


def test_what_is_changed_is_searched_at_once(store, order):
    with entered(store):
        order.shipping_last_name = "Lovelace"
        order.save()
        OrderItem.objects.for_store(store).filter(code="LOOM-07").update(code="REEL-08")
        OrderItem.objects.for_store(store).filter(code="MUG-BLUE").delete()
        parcel = add_shipment(
            order=order,
            draft=ShipmentDraft(tracking_number="1Z999AA10123456784"),
            source="Manual",
            by=hub(),
            now=NEW_YEAR,
        )
        assert parcel

    for text in ("lovelace", "reel-08", "aa101234567"):
        assert found(store, text) == {order.pk}, text
    for text in ("loom", "mug-blue"):
        assert found(store, text) == set(), text
    with entered(store):
        Shipment.objects.for_store(store).filter(pk=parcel.pk).update(removed_at=NEW_YEAR)
    assert found(store, "aa101234567") == set()


def test_a_move_writes_nothing_into_the_search_table(store, order):
    with entered(store), connection.cursor() as cursor:
        versions = "SELECT part, ctid::text, xmin::text FROM orders_searchtext ORDER BY part"
        cursor.execute(versions)
        before = cursor.fetchall()
        Order.objects.for_store(store).update(version=7, tag_color="red")
        row = Order.objects.for_store(store).get()
        row.save()
        cursor.execute(versions)
        assert cursor.fetchall() == before


def test_an_order_erased_leaves_no_words_behind(store, order):
    with entered(store):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.erasing', 'on', true)")
        Order.objects.for_store(store).all().delete()

        assert SearchText.across_stores.count() == 0


def test_deleted_orders_are_the_callers_to_leave_out(store, order):
    with entered(store):
        Order.objects.for_store(store).update(deleted_at=NEW_YEAR)

        assert containing(Order.objects.for_store(store), "byron").count() == 1
        assert containing(Order.objects.for_store(store).present(), "byron").count() == 0


def test_no_words_keep_everything_and_too_many_are_refused(store, order):
    assert found(store, " \x00 ") == {order.pk}
    with pytest.raises(Refused, match="20 words"):
        found(store, " ".join(f"word{number}" for number in range(21)))


def test_an_order_of_many_items_is_found_by_its_last(store):
    items = tuple(make_item(code=f"PART-{n:04}", price=Decimal(1)) for n in range(400))
    order = make_order(store, items=items)

    assert found(store, "part-0399") == {order.pk}


def test_search_finds_nothing_of_another_store(store, other_store, order):
    theirs = make_order(other_store, email="byron@example.com")

    assert found(store, "byron") == {order.pk}
    assert found(other_store, "byron") == {theirs.pk}


def test_the_function_answers_for_the_entered_store_alone(store, other_store, order):
    assert ids_told(["byron"]) == set()
    with entered(other_store):
        assert ids_told(["byron"]) == set()
    with entered(store):
        assert ids_told(["byron"]) == {order.pk}


def test_the_orders_wall_stands_behind_the_search(store, other_store, order):
    """Were the function to answer with all orders, the join would still leave out the others'."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT set_config('app.store_id', %s, true)", [str(store.pk)])
        cursor.execute("CREATE TEMP TABLE leaked AS SELECT unnest(%s) AS id", [[order.pk]])
        cursor.execute("ALTER FUNCTION orders_containing(text[]) RENAME TO orders_honest")
        cursor.execute(
            "CREATE FUNCTION orders_containing(text[]) RETURNS SETOF bigint "
            "LANGUAGE sql STABLE AS 'SELECT id FROM leaked'"
        )

    assert found(other_store, "byron") == set()
    assert found(store, "byron") == {order.pk}


def test_reading_the_table_itself_meets_the_wall(store, other_store, order):
    """The role owns the table and is a member of the function's owner; neither opens the wall."""
    assert SearchText.across_stores.count() == 0
    with entered(other_store):
        assert SearchText.across_stores.count() == 0
        assert SearchText.across_stores.update(words="x") == 0
    with entered(store):
        assert SearchText.across_stores.count() == 2


def test_words_cannot_be_written_for_another_store(store, other_store, order):
    row = SearchText(store=other_store, order=order, part="order", words="x")
    with (
        entered(store),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        row.save(force_insert=True)


def test_the_function_is_owned_by_the_role_the_wall_does_not_stand_before(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_userbyid(proowner), prosecdef FROM pg_proc "
            "WHERE proname = 'orders_containing'"
        )
        assert cursor.fetchall() == [("pg_database_owner", True)]


def test_the_oracle_sees_words_that_are_not_the_orders(store, order):
    assert violations() == []
    with entered(store):
        SearchText.across_stores.filter(part="items").update(words=" something else")

    assert [(v["invariant"], v["store_id"]) for v in violations()] == [
        ("search knows what orders say", store.pk)
    ]


def test_orders_of_before_the_search_table_get_their_words(store, order):
    """What the migration fills in is what the triggers keep."""
    with entered(store), connection.cursor() as cursor:
        cursor.execute(
            "SELECT order_id, part, words FROM orders_all_words(%s) ORDER BY part", [store.pk]
        )
        made = cursor.fetchall()
        kept = SearchText.across_stores.order_by("part").values_list("order", "part", "words")
        assert made == list(kept)


def test_an_order_imported_again_is_found_by_what_its_source_says_now(store, order):
    with entered(store):
        draft = make_draft(
            source_name=order.source_name, source_key=order.source_key, email="new@example.com"
        )
        import_order(store=store, draft=draft, by=hub(), now=NEW_YEAR)

    assert found(store, "new@example") == {order.pk}
    assert found(store, "loom-07") == set()

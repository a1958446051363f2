"""What other systems say may hold what no column can; saying no must not break on it."""

import pytest

from integrations.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    RequestRejected,
    TemporaryFailure,
    UnexpectedReply,
)
from orderdesk.lib.refused import Refused
from orderdesk.lib.storable import storable
from orders.models import OrderEvent
from orders.services import By, record
from tests.factories import make_order

HOSTILE = "no \x00 such \ud83d item \udc00"
HARMLESS = "no � such � item �"
ERRORS = (CredentialsRefused, OutcomeUnknown, RequestRejected, TemporaryFailure, UnexpectedReply)


def test_only_what_cannot_be_kept_is_replaced():
    assert storable(HOSTILE) == HARMLESS
    assert storable("Zoë's 高橋 \U0001f600\n\t") == "Zoë's 高橋 \U0001f600\n\t"


@pytest.mark.parametrize("kind", ERRORS)
def test_a_vendors_words_are_kept_without_what_cannot_be(kind):
    error = kind(HOSTILE, evidence={"answer": HOSTILE, HOSTILE: "400"})

    assert (error.message, str(error)) == (HARMLESS, HARMLESS)
    assert error.evidence == {"answer": HARMLESS, HARMLESS: "400"}


def test_our_own_refusal_may_quote_anything():
    no = Refused(HOSTILE, field="checkout_data.\x00")

    assert (no.message, str(no), no.field) == (HARMLESS, HARMLESS, "checkout_data.�")


def test_a_vendors_words_fit_onto_a_timeline(inside):
    error = RequestRejected(HOSTILE, evidence={"answer": HOSTILE})
    order = make_order(inside)

    event = record(
        order,
        OrderEvent.Kind.SUBMISSION_FAILED,
        error.message,
        by=By.integration("Unleashed"),
        details=error.evidence,
    )

    event.refresh_from_db()
    assert (event.sentence, event.details) == (HARMLESS, {"answer": HARMLESS})

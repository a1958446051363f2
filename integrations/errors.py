"""What can go wrong with another system, each with exactly one consequence.

IntegrationError
├─ TemporaryFailure     network, 5xx, 429        → back to waiting, retried
│  └─ OutcomeUnknown    sent, and no answer came → retried only after looking, or by the same id
├─ CredentialsRefused   401, 403, bad signature  → connection paused, merchant told
├─ RequestRejected      other 4xx                → failed, a person has to look
└─ UnexpectedReply      not JSON, field missing  → failed, we have to look (logged)
"""

from orderdesk.lib.storable import storable


class IntegrationError(Exception):
    """They say no, or cannot be reached; the message is for the merchant.

    `field` names the setting at fault while connecting, where one is. `evidence` is what a person
    may want to look at: method, address, status, the start of the answer; never a secret.

    What vendors say is kept on rows and timelines, so what no column can hold is replaced.
    """

    def __init__(
        self, message: str, *, field: str = "", evidence: dict[str, str] | None = None
    ) -> None:
        self.message = storable(message)
        super().__init__(self.message)
        self.field = field
        told = (evidence or {}).items()
        self.evidence = {storable(name): storable(value) for name, value in told}


class TemporaryFailure(IntegrationError):
    """It may work later. `retry_after` is the wait in seconds the other side asked for."""

    retry_after: float | None = None


class OutcomeUnknown(TemporaryFailure):
    """The request left and no answer came: it may have been done."""


class CredentialsRefused(IntegrationError):
    """The other side does not accept our credentials."""


class RequestRejected(IntegrationError):
    """The other side understood and refuses; sending the same again is of no use."""


class UnexpectedReply(IntegrationError):
    """The answer is not what the vendor's documents promise."""

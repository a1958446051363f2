"""The hub's own "no"."""


class Refused(Exception):
    """The hub says no; the message is fit for the user.

    `field` names the input at fault, where there is one.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.field = field

"""The hub's own "no"."""

from orderdesk.lib.storable import storable


class Refused(Exception):
    """The hub says no; the message is fit for the user.

    `field` names the input at fault, where there is one. What is refused may be quoted in it, so
    what no column can hold is replaced: a refusal is often written down.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        self.message = storable(message)
        super().__init__(self.message)
        self.field = storable(field)

    @property
    def sentence(self) -> str:
        """The message, beginning with the field unless it names it anyway."""
        is_named = not self.field or self.field in self.message
        return self.message if is_named else f"{self.field}: {self.message}"

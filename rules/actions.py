"""The catalogue of actions: what a rule may do to an order. Pure.

An action changes a working copy and says which effects would make the change real. Nothing here
carries an effect out; see `rules.run`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from orders.filters.facts import Broken, Facts, Snapshot
from orders.filters.forms import offer


@dataclass(frozen=True, slots=True)
class MoveOrder:
    """Effect: the order goes to a folder."""

    folder_id: int


@dataclass(frozen=True, slots=True)
class SetCheckoutData:
    """Effect: fields of the checkout data get values."""

    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class SendOrder:
    """Effect: the order is sent to an integration."""

    connection_id: int


Effect = MoveOrder | SetCheckoutData | SendOrder


@dataclass(frozen=True, slots=True)
class Step:
    """What one action does to one order: the copy after it, what changed, what has to be done.

    `changes` are (field, before, after) as people read them; empty when nothing changes, and then
    `note` says why.
    """

    order: Snapshot
    changes: tuple[tuple[str, str, str], ...] = ()
    effects: tuple[Effect, ...] = ()
    note: str = ""


Change = Callable[[Snapshot], Step]


class ActionForm(forms.Form):
    """Base of the forms in which a person fills in one action."""

    # What a person should know before filling it in.
    hint: ClassVar[str] = ""

    def __init__(self, *args: Any, facts: Facts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)

    def settings(self) -> dict[str, Any]:
        """Give what the rule keeps of a valid form."""
        return dict(self.cleaned_data)


class FolderForm(ActionForm):
    """Asks for the folder an order goes to."""

    folder = forms.TypedChoiceField(label="Folder", coerce=int)

    def __init__(self, *args: Any, facts: Facts, **kwargs: Any) -> None:
        super().__init__(*args, facts=facts, **kwargs)
        offer(self, "folder", [("", "Choose a folder"), *facts.folders])


class CheckoutDataForm(ActionForm):
    """Asks for a field's name and its value."""

    hint = "Without a value the field is set to nothing."

    name = forms.CharField(label="Field name", max_length=200)
    value = forms.CharField(label="Value", required=False, max_length=2000)


class ConnectionForm(ActionForm):
    """Asks for the integration an order goes to."""

    connection = forms.TypedChoiceField(label="Integration", coerce=int)

    def __init__(self, *args: Any, facts: Facts, **kwargs: Any) -> None:
        super().__init__(*args, facts=facts, **kwargs)
        offer(self, "connection", [("", "Choose an integration"), *facts.connections])


class Action:
    """One thing a rule can do."""

    key: ClassVar[str]
    name: ClassVar[str]
    settings_form: ClassVar[type[ActionForm]]

    @staticmethod
    def prepare(settings: dict[str, Any], facts: Facts) -> tuple[str, Change]:
        """Give the settings in words, and the change itself as a pure function of an order.

        Raises:
            Broken: if it cannot be done to any order.
        """
        raise NotImplementedError


class MoveToFolder(Action):
    """Moves the order."""

    key = "move_to_folder"
    name = "Move to folder"
    settings_form = FolderForm

    @staticmethod
    def prepare(settings: dict[str, Any], facts: Facts) -> tuple[str, Change]:
        target = settings.get("folder")
        name = facts.folder(target) if isinstance(target, int) else ""
        if not isinstance(target, int) or not name:
            raise Broken("The folder to move to is gone. Choose another one.")
        names = dict(facts.folders)

        def change(order: Snapshot) -> Step:
            if order["folder_id"] == target:
                return Step(order, note=f"It is in {name} already.")
            moved = {**order, "folder_id": target}
            came_from = names.get(order["folder_id"], "")
            return Step(moved, (("Folder", came_from, name),), (MoveOrder(target),))

        return name, change


class SetCheckoutDataValue(Action):
    """Sets one field of the checkout data."""

    key = "set_checkout_data"
    name = "Set checkout data"
    settings_form = CheckoutDataForm

    @staticmethod
    def prepare(settings: dict[str, Any], facts: Facts) -> tuple[str, Change]:
        name, value = str(settings.get("name", "")), str(settings.get("value", ""))
        if not name:
            raise Broken("The checkout data field to set has no name. Write one.")

        def change(order: Snapshot) -> Step:
            data = order["checkout_data"]
            if data.get(name) == value:
                return Step(order, note=f"{name} has this value already.")
            changed = {**order, "checkout_data": {**data, name: value}}
            before = str(data.get(name, ""))
            effect = SetCheckoutData({name: value})
            return Step(changed, ((f"Checkout data “{name}”", before, value),), (effect,))

        return f"{name} = {value}", change


class SendToIntegration(Action):
    """Sends the order to a warehouse or whoever else takes orders."""

    key = "send_order"
    name = "Send to integration"
    settings_form = ConnectionForm

    @staticmethod
    def prepare(settings: dict[str, Any], facts: Facts) -> tuple[str, Change]:
        target = settings.get("connection")
        name = facts.connection(target) if isinstance(target, int) else ""
        if not isinstance(target, int) or not name:
            raise Broken(
                "The integration to send to is not connected. Connect it or choose another one."
            )

        def change(order: Snapshot) -> Step:
            if target in order["sent_to"]:
                return Step(
                    order, note=f"It was sent to {name}, is on its way there, or was dismissed."
                )
            sent = {**order, "sent_to": order["sent_to"] | {target}}
            return Step(sent, (("Sent to", "", name),), (SendOrder(target),))

        return name, change


ACTIONS: dict[str, type[Action]] = {
    entry.key: entry for entry in (MoveToFolder, SetCheckoutDataValue, SendToIntegration)
}

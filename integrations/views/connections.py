"""The gallery of integrations, and connecting, changing and disconnecting one."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.accounts import hook_url, kept_secrets, sandbox_addresses
from integrations.base import Integration
from integrations.forms import CatalogueForm, ConnectionForm
from integrations.models import Connection, Schedule
from integrations.registry import CATALOGUE, integration, integrations
from integrations.services import (
    SettingsRefused,
    change_settings,
    connect,
    disconnect,
    try_again,
)
from orders.models import Folder
from orders.services import By
from stores.access import PageRequest, denial, store_page
from stores.models import Store
from stores.scoping import entered

INVALID = 422


# --- the gallery --------------------------------------------------------------------------------


@store_page()
@require_safe
def integration_list(request: PageRequest, store: Store) -> HttpResponse:
    """Show what is connected, with its health, and what can be."""
    tab, words = CatalogueForm(request.GET).readable()
    plugins = integrations()
    shown = [plugin for plugin in plugins if _is_shown(plugin, tab, words)]
    rows = {row.key: row for row in Connection.objects.for_store(store).connected()}
    context = {
        "section": "integrations",
        "connected": [(rows[plugin.key], plugin) for plugin in shown if plugin.key in rows],
        "others": [plugin for plugin in shown if plugin.key not in rows],
        "counts": Counter(plugin.tab for plugin in plugins),
        "tab": tab,
        "words": words,
    }
    return render(request, "integrations/integration_list.html", context)


def _is_shown(plugin: type[Integration], tab: str, words: str) -> bool:
    """Tell whether a plugin is asked for; a search looks at every tab."""
    if words:
        return words.casefold() in f"{plugin.name} {plugin.summary}".casefold()
    return tab in ("", plugin.tab)


# --- connecting ---------------------------------------------------------------------------------


@store_page("integrations.manage", inside=False)
@require_http_methods(["GET", "HEAD", "POST"])
def integration_connect(request: PageRequest, store: Store, key: str) -> HttpResponse:
    """Connect an integration; the vendor is asked before anything is saved."""
    plugin = _plugin(key)
    if _is_connected(store, key):
        return _to_settings(store, key)
    posted = request.POST if request.method == "POST" else None
    form = _new_form(store, plugin, posted)
    if posted is not None:
        row = _attempt(
            form,
            lambda: connect(
                store=store, key=key, values=form.values(), environment=form.environment()
            ),
        )
        if row:
            _tell(request, row, f"{plugin.name} is connected.")
            return _to_settings(store, key)
    context = {"section": "integrations", "plugin": plugin, "form": form}
    with entered(store):
        return render(
            request, "integrations/integration_connect.html", context, status=_status(form)
        )


def _is_connected(store: Store, key: str) -> bool:
    with entered(store):
        return Connection.objects.for_store(store).connected().named(key).exists()


def _new_form(store: Store, plugin: type[Integration], data: Any) -> ConnectionForm:
    with entered(store):
        form = ConnectionForm(plugin, data, folders=_folders(store))
    if plugin.key in sandbox_addresses():
        form.offer_environments()
    return form


# --- settings -----------------------------------------------------------------------------------


@store_page()
@require_safe
def integration_settings(request: PageRequest, store: Store, key: str) -> HttpResponse:
    """Show a connection: its health, its settings, what runs by itself."""
    plugin, row = _plugin(key), _row(store, key)
    if row is None:
        return HttpResponseRedirect(reverse("integrations:connect", args=[store.pk, key]))
    form = _form_of(store, plugin, row, None)
    return _settings_page(request, store, row, form)


@store_page("integrations.manage", inside=False)
@require_POST
def settings_change(request: PageRequest, store: Store, key: str) -> HttpResponse:
    """Change a connection's settings; the vendor is asked before anything is saved."""
    plugin = _plugin(key)
    with entered(store):
        row = _connected(store, key)
        form = _form_of(store, plugin, row, request.POST)
    saved = _attempt(form, lambda: change_settings(connection=row, values=form.values()))
    if saved:
        _tell(request, saved, f"The settings of {plugin.name} are saved.")
        return _to_settings(store, key)
    with entered(store):
        return _settings_page(request, store, _connected(store, key), form)


@store_page("integrations.manage")
@require_POST
def integration_disconnect(request: PageRequest, store: Store, key: str) -> HttpResponse:
    """Disconnect: the credentials are forgotten, what happened stays on record."""
    disconnect(connection=_connected(store, key))
    messages.success(request, f"{_plugin(key).name} is disconnected; its credentials are gone.")
    return HttpResponseRedirect(reverse("integrations:list", args=[store.pk]))


@store_page("integrations.manage")
@require_POST
def schedule_run(request: PageRequest, store: Store, key: str, schedule_id: int) -> HttpResponse:
    """Make a scheduled pull due now."""
    schedules = Schedule.objects.for_store(store).filter(connection=_connected(store, key))
    row = get_object_or_404(schedules.select_related("connection"), pk=schedule_id)
    try_again(row=row, by=By.person(request.user), now=timezone.now())
    messages.success(request, f"{row.get_verb_display()}: starts now.")
    return _to_settings(store, key)


def _form_of(store: Store, plugin: type[Integration], row: Connection, data: Any) -> ConnectionForm:
    return ConnectionForm(
        plugin, data, folders=_folders(store), saved=row.settings, kept=kept_secrets(row)
    )


def _settings_page(
    request: PageRequest, store: Store, row: Connection, form: ConnectionForm
) -> HttpResponse:
    plugin = _plugin(row.key)
    may_change = request.member.can("integrations.manage")
    context = {
        "section": "integrations",
        "plugin": plugin,
        "row": row,
        "form": form,
        "secrets": dict.fromkeys(kept_secrets(row), "Set; it is stored encrypted"),
        "schedules": list(
            Schedule.objects.for_store(store).filter(connection=row).order_by("verb")
        ),
        # Who knows the address can knock there, so it is shown to those who manage it.
        "hook": hook_url(row) if may_change and plugin.can("verify_webhook") else "",
        "may_change": may_change,
        "denial": "" if may_change else denial(request.member, "integrations.manage"),
    }
    return render(request, "integrations/integration_settings.html", context, status=_status(form))


# --- shared -------------------------------------------------------------------------------------


def _plugin(key: str) -> type[Integration]:
    if key not in CATALOGUE:
        raise Http404
    return integration(key)


def _row(store: Store, key: str) -> Connection | None:
    return Connection.objects.for_store(store).connected().named(key).first()


def _connected(store: Store, key: str) -> Connection:
    row = _row(store, key)
    if row is None:
        raise Http404
    return row


def _folders(store: Store) -> list[Folder]:
    return list(Folder.objects.for_store(store).in_order())


def _attempt(form: ConnectionForm, act: Callable[[], Connection]) -> Connection | None:
    """Do it, or put what was refused on the form. Call outside of transactions."""
    try:
        return act()
    except SettingsRefused as no:
        form.refuse(no.errors)
        return None


def _tell(request: PageRequest, row: Connection, sentence: str) -> None:
    """Say that it is done, and what is left to do where the other side could not be prepared."""
    if row.problem:
        messages.warning(request, f"{sentence} {row.problem}")
    else:
        messages.success(request, sentence)


def _to_settings(store: Store, key: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("integrations:settings", args=[store.pk, key]))


def _status(form: ConnectionForm) -> int:
    return INVALID if form.is_bound and form.errors else 200

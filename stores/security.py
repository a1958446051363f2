"""Row-level security: the wall that holds when a query forgets its store."""

from django.apps import apps
from django.db import connections

from stores.scoping import StoreOwned

_OF_THE_ENTERED_STORE = "store_id = nullif(current_setting('app.store_id', true), '')::bigint"
_THROUGH_THE_DOOR = "current_setting('app.across_stores', true) = 'on'"


def owned_models() -> list[type[StoreOwned]]:
    """Give every model whose rows belong to a store."""
    return [model for model in apps.get_models() if issubclass(model, StoreOwned)]


def secure_tables(*, using: str = "default") -> None:
    """Give every store-owned table its policies. May be repeated; changes only what differs.

    FORCE keeps the policies in force for the table's own owner, so one role can both migrate and
    serve. Policies compare plainly: an index on store_id stays usable.
    """
    present = set(connections[using].introspection.table_names())
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'")
        policies = set(cursor.fetchall())
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        walled = {name for (name,) in cursor.fetchall()}
        for model in owned_models():
            table = model._meta.db_table
            if table not in present:
                continue
            if table not in walled:
                cursor.execute(
                    f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY'
                )
            for name, test in _policies(model):
                if (table, name) not in policies:
                    cursor.execute(
                        f'CREATE POLICY {name} ON "{table}" USING ({test}) WITH CHECK ({test})'
                    )


def _policies(model: type[StoreOwned]) -> list[tuple[str, str]]:
    door = [("store_door", _THROUGH_THE_DOOR)] if model.has_door else []
    return [("store_wall", _OF_THE_ENTERED_STORE), *door]


def unwalled_tables(*, using: str = "default") -> list[str]:
    """Give the store-owned tables that lack row-level security or their policies."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, p.polname FROM pg_class c JOIN pg_policy p ON p.polrelid = c.oid "
            "WHERE c.relrowsecurity AND c.relforcerowsecurity"
        )
        walls = set(cursor.fetchall())
    return [
        model._meta.db_table
        for model in owned_models()
        if not {(model._meta.db_table, name) for name, _ in _policies(model)} <= walls
    ]


def unsafe_role(*, using: str = "default") -> str:
    """Say why the database role must not be used, or '' when it is safe.

    PostgreSQL skips row-level security for a superuser and for a role with BYPASSRLS.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        name, is_superuser, bypasses = cursor.fetchone()
    if is_superuser:
        return f"the database role {name} is a superuser, so tenants would not be kept apart"
    if bypasses:
        return f"the database role {name} can bypass row-level security"
    return ""

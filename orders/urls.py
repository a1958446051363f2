"""Addresses of the orders app."""

from django.urls import include, path

from orders.views import (
    adding,
    columns,
    documents,
    edit,
    folders,
    history,
    jobs,
    lists,
    operations,
    order,
    parcels,
    searches,
    settings,
    source_changes,
)

app_name = "orders"
urlpatterns = [
    path("api/", include("orders.api.urls")),
    path("s/<int:store_id>/orders", lists.order_list, name="list"),
    path("s/<int:store_id>/orders/rows", lists.order_rows, name="order_rows"),
    path("s/<int:store_id>/orders/count", lists.order_count, name="order_count"),
    path("s/<int:store_id>/orders/searches", searches.search_save, name="search_save"),
    path(
        "s/<int:store_id>/orders/searches/<int:search_id>",
        searches.search_edit,
        name="search_edit",
    ),
    path("s/<int:store_id>/orders/columns", columns.columns, name="columns"),
    path("s/<int:store_id>/orders/print", documents.orders_print, name="orders_print"),
    path("s/<int:store_id>/orders/move", lists.orders_move, name="orders_move"),
    path("s/<int:store_id>/orders/merge", operations.orders_merge, name="orders_merge"),
    path(
        "s/<int:store_id>/orders/<int:order_id>/duplicate",
        operations.order_duplicate,
        name="order_duplicate",
    ),
    path(
        "s/<int:store_id>/orders/<int:order_id>/split", operations.order_split, name="order_split"
    ),
    path(
        "s/<int:store_id>/orders/<int:order_id>/split-by",
        operations.order_split_by,
        name="order_split_by",
    ),
    path(
        "s/<int:store_id>/orders/<int:order_id>/delete",
        operations.order_delete,
        name="order_delete",
    ),
    path(
        "s/<int:store_id>/orders/<int:order_id>/restore",
        operations.order_restore,
        name="order_restore",
    ),
    path("s/<int:store_id>/folders/counts", lists.folder_counts, name="folder_counts"),
    path("s/<int:store_id>/orders/<int:order_id>", order.order_view, name="order_view"),
    path("s/<int:store_id>/orders/<int:order_id>/peek", lists.order_peek, name="order_peek"),
    path("s/<int:store_id>/orders/<int:order_id>/live", order.order_live, name="order_live"),
    path(
        "s/<int:store_id>/orders/<int:order_id>/print",
        documents.order_print,
        name="order_print",
    ),
    path("s/<int:store_id>/orders/<int:order_id>/move", order.order_move, name="order_move"),
    path("s/<int:store_id>/orders/<int:order_id>/notes", order.note_add, name="note_add"),
    path("s/<int:store_id>/orders/new", adding.order_add, name="order_add"),
    path("s/<int:store_id>/orders/<int:order_id>/tag", order.order_tag, name="order_tag"),
    path(
        "s/<int:store_id>/orders/<int:order_id>/edit/<slug:part>",
        edit.order_edit,
        name="order_edit",
    ),
    path(
        "s/<int:store_id>/orders/<int:order_id>/revert/<slug:part>",
        edit.order_revert,
        name="order_revert",
    ),
    path("s/<int:store_id>/orders/<int:order_id>/items/new", edit.item_add, name="item_add"),
    path(
        "s/<int:store_id>/orders/<int:order_id>/items/<int:item_id>",
        edit.item_edit,
        name="item_edit",
    ),
    path(
        "s/<int:store_id>/orders/<int:order_id>/items/<int:item_id>/remove",
        edit.item_remove,
        name="item_remove",
    ),
    path(
        "s/<int:store_id>/orders/<int:order_id>/shipments",
        parcels.shipment_add,
        name="shipment_add",
    ),
    path(
        "s/<int:store_id>/orders/<int:order_id>/shipments/<int:shipment_id>",
        parcels.shipment_edit,
        name="shipment_edit",
    ),
    path(
        "s/<int:store_id>/orders/<int:order_id>/shipments/<int:shipment_id>/remove",
        parcels.shipment_remove,
        name="shipment_remove",
    ),
    path("s/<int:store_id>/orders/<int:order_id>/at", history.order_between, name="order_between"),
    path("s/<int:store_id>/orders/<int:order_id>/at/<str:at>", history.order_at, name="order_at"),
    path(
        "s/<int:store_id>/source-changes/<int:change_id>",
        source_changes.source_change_decide,
        name="source_change_decide",
    ),
    path("s/<int:store_id>/jobs", jobs.jobs, name="job_list"),
    path("s/<int:store_id>/jobs", jobs.jobs, name="bulk_start"),
    path("s/<int:store_id>/jobs/<int:job_id>", jobs.job_view, name="job_view"),
    path("s/<int:store_id>/jobs/<int:job_id>/live", jobs.job_live, name="job_live"),
    path("s/<int:store_id>/jobs/<int:job_id>/cancel", jobs.job_cancel, name="job_cancel"),
    path("s/<int:store_id>/jobs/<int:job_id>/retry", jobs.job_retry, name="job_retry"),
    path("s/<int:store_id>/jobs/<int:job_id>/undo", jobs.job_undo, name="job_undo"),
    path(
        "s/<int:store_id>/jobs/<int:job_id>/outcome.csv",
        jobs.job_outcomes,
        name="job_outcomes",
    ),
    path("s/<int:store_id>/jobs/<int:job_id>/print", jobs.job_print, name="job_print"),
    path("s/<int:store_id>/jobs/<int:job_id>/file", jobs.job_file, name="job_file"),
    path("receipts/<str:token>", documents.receipt_view, name="receipt_view"),
    # As merchants' own templates link it.
    path("css/receipt.css", documents.document_asset, {"name": "style"}, name="document_style"),
    path("js/receipt.js", documents.document_asset, {"name": "script"}, name="document_script"),
    path("s/<int:store_id>/settings/folders", folders.folder_list, name="folder_list"),
    path("s/<int:store_id>/settings/folders/new", folders.folder_new, name="folder_new"),
    path("s/<int:store_id>/settings/folders/order", folders.folders_order, name="folders_order"),
    path(
        "s/<int:store_id>/settings/folders/<int:folder_id>",
        folders.folder_edit,
        name="folder_edit",
    ),
    path(
        "s/<int:store_id>/settings/folders/<int:folder_id>/delete",
        folders.folder_delete,
        name="folder_delete",
    ),
    path("s/<int:store_id>/settings/orders", settings.settings_orders, name="settings_orders"),
    path(
        "s/<int:store_id>/settings/defaults", settings.settings_defaults, name="settings_defaults"
    ),
    path("s/<int:store_id>/settings/tags", settings.settings_tags, name="settings_tags"),
    path(
        "s/<int:store_id>/settings/return-addresses",
        settings.settings_returns,
        name="settings_returns",
    ),
]

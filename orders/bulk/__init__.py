"""Actions on many orders: at once or as a job, with an outcome for each order, and undo.

`offered(member, store)` tells the bulk bar what there is; `make_job` freezes the chosen orders,
`do_at_once` does a small job in the request, and the worker does the others. Every road through
here is the same engine over the same rows, so what a job says of an order is what was done.
"""

from orders.bulk.actions import (
    BulkAction,
    BulkSettings,
    Offer,
    OneByOne,
    Outcome,
    Taken,
    action_named,
    asks,
    may,
    offered,
    register,
)
from orders.bulk.copying import Duplicate, Merge, Split
from orders.bulk.deleting import Delete, Restore
from orders.bulk.doing import do_at_once, do_job
from orders.bulk.exporting import Export
from orders.bulk.making import (
    AT_ONCE,
    AskedAlready,
    Chosen,
    NumberChanged,
    count_chosen,
    make_job,
)
from orders.bulk.moving import Move
from orders.bulk.printing import PrintSlips
from orders.bulk.steering import cancel_job, may_undo, retry_failed, undo_job
from orders.bulk.tagging import Tag, Untag

__all__ = [
    "AT_ONCE",
    "AskedAlready",
    "BulkAction",
    "BulkSettings",
    "Chosen",
    "NumberChanged",
    "Offer",
    "OneByOne",
    "Outcome",
    "Taken",
    "action_named",
    "asks",
    "cancel_job",
    "count_chosen",
    "do_at_once",
    "do_job",
    "make_job",
    "may",
    "may_undo",
    "offered",
    "register",
    "retry_failed",
    "undo_job",
]

for action in (
    Move(),
    Tag(),
    Untag(),
    PrintSlips(),
    Export(),
    Merge(),
    Split(),
    Duplicate(),
    Delete(),
    Restore(),
):
    register(action)

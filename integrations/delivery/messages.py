"""Messages in: from kept bytes to an order."""

import structlog
from django.utils import timezone

from integrations.accounts import plugin_without_secrets
from integrations.errors import UnexpectedReply
from integrations.models import InboundMessage
from orderdesk.lib.refused import Refused
from orders.services import By, import_order
from stores import crash, work
from stores.scoping import entered

logger = structlog.get_logger(__name__)


def process_message(mine: work.Claim) -> None:
    """Read a kept message and bring its order in, together with the outcome.

    Raises:
        Fail: if the message cannot be read or the order not be kept; the message stays.
    """
    with entered(mine.store_id):
        message = (
            InboundMessage.objects.for_store(mine.store_id)
            .select_related("connection", "store")
            .get(pk=mine.pk)
        )
        plugin = plugin_without_secrets(message.connection)
        try:
            draft = plugin.parse_order(message.topic, bytes(message.body))
            if draft is None:
                work.finish(mine, result="ignored")
                return
            is_new = message.topic in plugin.new_order_topics
            imported = import_order(
                store=message.store,
                draft=draft,
                by=By.integration(plugin.name),
                now=timezone.now(),
                history_before=None if is_new else message.connection.past_before,
            )
        except (UnexpectedReply, Refused) as problem:
            raise work.Fail(problem.message) from problem
        work.finish(mine, order=imported.order, result=imported.result)
        logger.info(
            "message done",
            store_id=mine.store_id,
            order_id=imported.order.pk,
            result=imported.result,
        )
        crash.point("message.before_commit")
    crash.point("message.after_commit")

"""What the bell and the clock wake."""

from celery import shared_task

from stores import work

TURN_SECONDS = 45.0


@shared_task(name="stores.tasks.do_due_work", ignore_result=True)
def do_due_work() -> None:
    """Do what is due; rung after a commit and by the clock every two seconds."""
    work.do_due(seconds=TURN_SECONDS)

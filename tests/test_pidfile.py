"""Who holds a pid file, and how the holder is ended."""

import subprocess
import sys
from pathlib import Path

import pytest

from orderdesk.lib import pidfile

CHECKOUT = Path(__file__).resolve().parent.parent
HOLD = """
import pathlib, sys, time
from orderdesk.lib import pidfile
with pidfile.held(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "up.pid"


@pytest.fixture
def holder(path):
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_second_holder_is_told_who_the_first_is(path, holder):
    with pytest.raises(pidfile.AlreadyRunning) as refusal, pidfile.held(path):
        pass

    assert str(refusal.value) == str(holder.pid)


def test_the_holder_is_ended_and_waited_for(path, holder):
    ended = pidfile.end(path, patience_seconds=20)

    assert ended
    assert holder.wait(timeout=1) < 0


def test_a_file_left_by_a_dead_process_names_nobody_to_end(path, holder):
    holder.kill()
    holder.wait()

    assert path.read_text() == str(holder.pid)
    assert not pidfile.end(path, patience_seconds=1)
    with pidfile.held(path):
        pass

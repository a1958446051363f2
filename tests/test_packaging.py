"""What is promised about installing and about docker, where neither can be tried here."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import yaml

from orderdesk.embedded import servers

CHECKOUT = Path(__file__).resolve().parent.parent
LOCKS = ["requirements.lock", "tests/requirements.lock"]
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]


def requirements(lock: str) -> dict[str, str]:
    """Give each requirement's whole entry, continuation lines included, by normalised name."""
    text = (CHECKOUT / lock).read_text().replace("\\\n", " ")
    lines = [line for line in text.split("\n") if line and not line.lstrip().startswith("#")]
    return {normal(re.split(r"[=\[ ]", line)[0]): line for line in lines}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def names(dependencies: list[str]) -> set[str]:
    return {normal(re.split(r"[^\w.-]", line)[0]) for line in dependencies}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_requirement_is_one_version_with_hashes(lock):
    entries = requirements(lock)

    assert len(entries) > 20
    for name, entry in entries.items():
        assert re.match(r"\S+==[\w.]+", entry), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), name


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_registry(lock):
    text = (CHECKOUT / lock).read_text()

    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)


def test_everything_the_project_asks_for_is_locked():
    runtime = names(PROJECT["project"]["dependencies"])
    tools = names(PROJECT["dependency-groups"]["test"])

    assert runtime <= requirements("requirements.lock").keys()
    assert tools <= requirements("tests/requirements.lock").keys()


def test_the_two_locks_agree_on_every_package_they_share():
    runtime, tools = (requirements(lock) for lock in LOCKS)

    shared = runtime.keys() & tools.keys()

    assert shared
    for name in shared:
        assert runtime[name].split()[0] == tools[name].split()[0]


def test_the_makefile_has_the_promised_commands():
    makefile = (CHECKOUT / "Makefile").read_text()

    targets = set(re.findall(r"^([a-z]+):(?!=)", makefile, re.MULTILINE))

    assert {"run", "test", "check", "bench", "lock", "stop"} <= targets


def test_the_pipeline_checks_and_tests():
    script = CHECKOUT / ".ci" / "run"

    assert script.stat().st_mode & 0o111
    assert "set -euo pipefail" in script.read_text()
    assert "make check" in script.read_text()
    assert "make test" in script.read_text()


def test_compose_runs_the_hub_and_both_servers_each_with_a_health_check():
    assert SERVICES.keys() == {"web", "worker", "beat", "postgres", "valkey"}
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["valkey"]["image"] == "valkey/valkey:9"
    for name, service in SERVICES.items():
        assert service["healthcheck"]["test"], name


def test_compose_makes_its_cluster_with_the_embedded_flags():
    flags = SERVICES["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]

    assert flags.split() == servers.INITDB_FLAGS.split()


def test_compose_makes_the_same_role_and_database():
    [script] = [
        volume.split(":")[0]
        for volume in SERVICES["postgres"]["volumes"]
        if ":/docker-entrypoint-initdb.d/" in volume
    ]

    statements = (CHECKOUT / script).read_text()

    assert f"\n{servers.CREATE_ROLE};\n" in statements
    assert f"\n{servers.CREATE_DATABASE};\n" in statements
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["environment"]["DATABASE_URL"].startswith("postgresql://app:")


def test_compose_starts_valkey_with_the_embedded_settings():
    words = SERVICES["valkey"]["command"]

    settings = dict(zip(words[1::2], words[2::2], strict=True))

    assert settings == {f"--{key}": value for key, value in servers.VALKEY_SETTINGS.items()}


def test_compose_carries_no_secret_and_no_default_for_one():
    text = (CHECKOUT / "docker-compose.yml").read_text()

    for line in text.split("\n"):
        for name in re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)", line):
            assert re.search(rf"\$\{{{name}:\?[a-z]", line), line


@pytest.mark.parametrize(
    ("service", "words"),
    [
        ("web", {"gunicorn", "orderdesk.wsgi", "gthread"}),
        ("worker", {"celery", "worker", "threads", "--without-gossip", "--without-mingle"}),
        ("beat", {"celery", "beat"}),
    ],
)
def test_compose_runs_what_up_runs(service, words):
    command = SERVICES[service]["command"]
    line = command if isinstance(command, str) else command[-1]

    assert words <= set(shlex.split(line))

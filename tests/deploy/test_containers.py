"""The image and the compose file: every service's command exists, starts, works and stops."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.utils import timezone

from apps.desk.models import Heartbeat
from dms import config
from dms.embedded.process import choose_port
from dms.static import Storage

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
SERVICES = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"}
DOMAIN = "dms.example.com"


def _interpolated(word: str) -> str:
    """As compose fills it in from an environment with nothing optional set."""
    return re.sub(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)?\}", lambda m: m[2] if m[2] is not None else m[1], word)


def _command(name: str, **replaced: str) -> list[str]:
    """A service's command with this environment's programs and, say, a free port."""
    words = [_interpolated(str(word)) for word in SERVICES[name]["command"]]
    program = sys.executable if words[0] == "python" else shutil.which(words[0], path=_bin())
    assert program, f"{name}: there is no {words[0]} in the environment"
    for old, new in replaced.items():
        words = [word.replace(old.strip("_"), new) for word in words]
    return [program, *words[1:]]


def _bin() -> str:
    return str(Path(sys.executable).parent)


def _environment(name: str) -> dict[str, str]:
    """What compose gives the service, without the addresses of its neighbours."""
    given = {key: _interpolated(str(value)) for key, value in OURS[name]["environment"].items()}
    kept = {key: value for key, value in given.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    return kept | {"SECRET_KEY": "k" * 50, "ALLOWED_HOSTS": DOMAIN, "PUBLIC_URL": f"https://{DOMAIN}"}


def test_there_is_everything_the_product_needs():
    assert set(SERVICES) == {"migrate", "web", "live", "worker", "beat", "db", "broker", "proxy"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_configuration_given_by_compose_is_accepted(name, tmp_path):
    environment = {key: _interpolated(str(value)) for key, value in OURS[name]["environment"].items()}
    loaded = config.load(environment | {"SECRET_KEY": "k" * 50, "DMS_VAR": str(tmp_path)})
    assert loaded.production
    assert loaded.database_url
    assert loaded.redis_url
    assert loaded.trusted_proxies
    assert not loaded.demo


def test_no_secret_has_a_default_and_each_stands_in_the_example():
    text = (ROOT / "docker-compose.yml").read_text()
    example = (ROOT / "deploy" / "env.example").read_text()
    for secret in SECRETS:
        uses = re.findall(rf"\$\{{{secret}([^}}]*)\}}", text)
        assert uses
        assert all(use.startswith(":?") for use in uses), f"{secret} must be demanded, never defaulted"
        assert re.search(rf"^{secret}=$", example, re.MULTILINE)
    wanted = {name for name, rest in re.findall(r"\$\{(\w+)([^}]*)\}", text) if rest.startswith(":?")}
    assert wanted == set(re.findall(r"^(\w+)=$", example, re.MULTILINE))


def test_only_the_proxy_is_reachable_and_speaks_tls():
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["proxy"]
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    backends = set(re.findall(r"reverse_proxy (\w+):(\d+)", caddy))
    assert backends == {("live", "8001"), ("web", "8000")}
    for name, port in backends:
        assert f"--port={port}" in SERVICES[name]["command"]
    assert re.search(r"handle /live/\* \{[^}]*reverse_proxy live:8001", caddy)


def test_the_proxy_keeps_the_numbers_inside():
    """Caddy orders ``handle`` before ``respond``: a refusal beside the blocks would never be reached."""
    caddy = (ROOT / "deploy" / "Caddyfile").read_text()
    pages = caddy[caddy.index("\thandle {") :]
    assert re.search(r"@inside_only path /metrics /readyz\s+respond @inside_only 404\s+encode", pages)
    assert caddy.count("respond ") == 1


def test_everything_that_stays_up_says_how_it_is():
    assert {name for name, service in SERVICES.items() if "healthcheck" not in service} == {
        "migrate",
        "proxy",
    }


def test_whoever_serves_waits_for_the_migrations():
    for name in set(OURS) - {"migrate"}:
        assert OURS[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_every_named_volume_is_declared_and_every_state_has_one():
    used = {v.split(":")[0] for service in SERVICES.values() for v in service.get("volumes", [])}
    assert {name for name in used if not name.startswith(".")} == set(COMPOSE["volumes"])
    for name in ("db", "broker", "proxy", "web", "worker"):
        assert any(not volume.startswith(".") for volume in SERVICES[name]["volumes"]), name


def test_the_image_runs_as_an_ordinary_user_on_the_supported_python():
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    assert re.search(r"^USER dms$", last, re.MULTILINE)
    assert "python:3.11-slim-bookworm" in DOCKERFILE
    for package in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-wqy-microhei"):
        assert package in DOCKERFILE


def test_what_the_image_copies_is_there_and_not_held_back():
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
            assert source in allowed, f".dockerignore holds {source} back"


def test_the_images_own_command_exists():
    words = re.search(r"^CMD \[(.+)\]$", DOCKERFILE, re.MULTILINE)[1].replace('"', "").split(", ")
    assert shutil.which(words[0], path=_bin())
    assert words[-1] == SERVICES["web"]["command"][-1]


@pytest.mark.parametrize(("name", "port"), [("web", "8000"), ("live", "8001")])
def test_a_serving_process_answers_its_health_check_and_stops(system, tmp_path, name, port):
    free = str(choose_port(tmp_path / "port", fresh=True))
    system.execute(name, _command(name, **{f"_{port}": free}), **_environment(name))
    check = [*SERVICES[name]["healthcheck"]["test"]]
    assert check[:3] == ["CMD", "python", "-m"]
    assert check[4] == port

    def answers() -> bool:
        request = urllib.request.Request(f"http://127.0.0.1:{free}/healthz", headers={"Host": DOMAIN})
        try:
            return urllib.request.urlopen(request, timeout=5).status == 200
        except urllib.error.URLError:
            return False

    system.wait_for(answers, seconds=60)
    asked = system.execute("check", [sys.executable, "-m", *check[3:4], free], **_environment(name))
    assert asked.wait(timeout=30) == 0, system.log("check")
    system.forget("check")
    assert system.stop(name) in (0, -15)


def _ends(system, argv) -> int:
    """A command's exit code."""
    code = system.execute("check", argv).wait(timeout=30)
    system.forget("check")
    return code


def test_worker_and_beat_show_that_they_live_and_stop(system):
    # A heartbeat row may come with the migrations; what counts is that it is written anew.
    Heartbeat.objects.update(at=timezone.now() - timedelta(days=1))
    system.execute("worker", _command("worker"), **_environment("worker"))
    system.execute("beat", _command("beat", **{"/tmp": str(system.folder)}), **_environment("beat"))
    recently = timezone.now() - timedelta(minutes=1)
    check = [sys.executable, *SERVICES["worker"]["healthcheck"]["test"][2:]]
    assert SERVICES["beat"]["healthcheck"]["test"][2:] == check[1:]
    assert _ends(system, check) == 1
    system.wait_for(Heartbeat.objects.filter(at__gt=recently).exists, seconds=60)
    assert _ends(system, check) == 0, system.log("check")
    assert system.stop("beat") == 0
    assert system.stop("worker") == 0


def test_the_one_shot_migration_ends_well_where_there_is_nothing_to_do(system):
    done = system.execute("migrate", _command("migrate"), **_environment("migrate"))
    assert done.wait(timeout=60) == 0, system.log("migrate")
    system.forget("migrate")


def test_static_files_are_collected_under_names_of_their_content(tmp_path):
    """As the image is built: with every library, and our own modules importing each other by hashed names."""
    environment = _environment("web") | {
        name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL", "PATH")
    }
    words = shlex.split(re.search(r"python (manage.py collectstatic .+) \\\n", DOCKERFILE)[1])
    done = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment | {"DMS_VAR": str(tmp_path)}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    names = json.loads((tmp_path / "static" / "staticfiles.json").read_text())["paths"]
    assert re.fullmatch(r"js/app\.[0-9a-f]{12}\.js", names["js/app.js"])
    assert any(name.startswith("npm/@tabler/core/dist/css/tabler.min.") for name in names.values())


def test_our_modules_import_each_other_by_hashed_names(tmp_path):
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "part.js").write_text("export const one = 1;\n")
    (tmp_path / "js" / "app.js").write_text(
        'import { one } from "./part.js";\n//# sourceMappingURL=app.js.map\n'
    )
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "a.css").write_text("a{}\n/*# sourceMappingURL=missing.css.map */\n")
    storage = Storage(location=tmp_path, base_url="/static/")
    paths = {name: (storage, name) for name in ("js/app.js", "js/part.js", "css/a.css")}
    outcomes = {name: new for name, new, _ in storage.post_process(paths)}
    assert not [new for new in outcomes.values() if isinstance(new, Exception)]
    assert re.search(
        r'from "\./part\.[0-9a-f]{12}\.js"', (tmp_path / storage.stored_name("js/app.js")).read_text()
    )

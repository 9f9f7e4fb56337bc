"""Making a machine ready: what the first start of a fresh copy must get right."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
from dms.prepare import set_up
set_up()
from django.utils import translation
from apps.catalog.models import BayKind
with translation.override("zh-hans"):
    print(BayKind.GENERAL.label)
"""


def test_a_copy_without_built_catalogues_speaks_chinese_from_its_first_start(tmp_path):
    for folder in ("apps", "dms"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.mo", "__pycache__")
        )
    (tmp_path / "templates").symlink_to(ROOT / "templates")
    offline = {"DATABASE_URL": "postgresql://none@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env={**os.environ, **offline, "PYTHONPATH": str(tmp_path), "DJANGO_SETTINGS_MODULE": "dms.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["Built", "23", "message", "file(s).", "通用"]

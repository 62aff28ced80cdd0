"""Every claim of docs/security names a test or a command that exists, and the check finds one that does not."""

import pathlib
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def check(root):
    return subprocess.run([sys.executable, ROOT / "scripts/check-claims", "--root", root], capture_output=True, text=True)


def test_what_the_claims_name_exists():
    done = check(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        ("| a | `Tests/Nowhere.swift: x` |", "there is no file Tests/Nowhere.swift"),
        ("| a | `Tests/KeyVaultTests/AccessTests.swift: nothing` |", "has no nothing"),
        ("| a | `make nothing` |", "there is no target"),
        ("| a | `sealedbeat vault nothing` |", "has no command nothing"),
        ("| a | `scripts/nothing` |", "there is no scripts/nothing"),
        ("| a | believe us |", "a claim that nothing shows"),
        ("| a | [page](nothing.md) `make test` |", "leads nowhere"),
    ],
)
def test_what_does_not_exist_is_found(tmp_path, row, finding):
    for name in ("Makefile", "README.md", "CONTRIBUTING.md", "docs/operating.md", "docs/architecture.md", "Firmware/Makefile",
                 "Tests/KeyVaultTests/AccessTests.swift"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "docs/security").mkdir()
    (tmp_path / "Sources").symlink_to(ROOT / "Sources")
    (tmp_path / "docs/security/claims.md").write_text(f"| claim | shown by |\n|---|---|\n{row}\n")
    done = check(tmp_path)
    assert done.returncode == 1 and finding in done.stdout, done.stdout + done.stderr

"""Where the executable and the recordings are."""

import json
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def sealedbeat():
    """Runs the executable with the arguments given and returns what it prints."""
    binary = pathlib.Path(os.environ.get("SEALEDBEAT", ROOT / ".build/release/sealedbeat"))
    assert binary.exists(), f"{binary} is not there; `make build` makes it"

    def run(*arguments, expect=0):
        done = subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True, timeout=300)
        assert done.returncode == expect, (done.returncode, done.stderr)
        return done.stdout if expect == 0 else done.stderr

    return run


@pytest.fixture(scope="session")
def evaluate(sealedbeat):
    """`sealedbeat evaluate WHAT … --json` as an object."""
    return lambda what, *arguments: json.loads(sealedbeat("evaluate", what, *arguments, "--json"))


@pytest.fixture(scope="session")
def mitdb():
    """The MIT-BIH recordings; absent ones fail where they are required and skip elsewhere."""
    for folder in (ROOT.parent / "shared/data/mitdb", ROOT / "data/mitdb"):
        if (folder / "100.dat").exists():
            return folder
    if os.environ.get("SEALEDBEAT_REQUIRE_RECORDINGS"):
        pytest.fail("the MIT-BIH recordings are absent")
    pytest.skip("needs the MIT-BIH recordings: scripts/download-recordings")

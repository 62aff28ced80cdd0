import os
from pathlib import Path

import pytest

from system import BINARY, ROOT, System

ARTIFACTS = ROOT / "artifacts"


def pytest_configure():
    assert BINARY.exists(), f"{BINARY} is not there; `make build` makes it"
    ARTIFACTS.mkdir(exist_ok=True)


@pytest.fixture(scope="session")
def recordings() -> Path:
    """The MIT-BIH recordings; absent ones fail where they are required and skip elsewhere."""
    for folder in (ROOT.parent / "shared/data/mitdb", ROOT / "data/mitdb"):
        if (folder / "100.dat").exists():
            return folder
    if os.environ.get("SEALEDBEAT_REQUIRE_RECORDINGS"):
        pytest.fail("the MIT-BIH recordings are absent")
    pytest.skip("needs the MIT-BIH recordings: scripts/download-recordings")


@pytest.fixture
def system(tmp_path):
    with System(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def shared_system(tmp_path_factory):
    """One system for tests that only look."""
    with System(tmp_path_factory.mktemp("system")) as running:
        yield running

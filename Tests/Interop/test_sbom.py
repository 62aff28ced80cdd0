"""The software bill of materials is CycloneDX 1.5 by CycloneDX's own schema, complete, and the same again."""

import hashlib
import json
import os
import pathlib
import subprocess
import sys

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("SEALEDBEAT_BUILD", ROOT / ".build"))


def made(**environment):
    return subprocess.run(
        [sys.executable, ROOT / "scripts/sbom", "--build", BUILD], capture_output=True, text=True, check=True,
        env={name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"} | environment).stdout


@pytest.fixture(scope="module")
def text():
    return made()


@pytest.fixture(scope="module")
def components(text):
    return {component["name"]: component for component in json.loads(text)["components"]}


def test_it_follows_the_schema(text):
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(text) is None
    assert JsonStrictValidator(SchemaVersion.V1_5).validate_str(made(SOURCE_DATE_EPOCH="1700000000")) is None


def test_it_is_the_same_again(text):
    assert made() == text
    assert "timestamp" not in json.loads(text)["metadata"]


def test_every_package_url_is_one(components):
    urls = [PackageURL.from_string(component["purl"]) for component in components.values() if "purl" in component]
    assert {url.type for url in urls} == {"swift", "deb", "pypi"}


def test_what_is_resolved_is_in_it(components):
    state = json.loads((BUILD / "workspace-state.json").read_text())
    for entry in state["object"]["dependencies"]:
        component = components[entry["packageRef"]["name"]]
        assert component["version"] == entry["state"]["checkoutState"]["version"]
        assert component["licenses"], component["name"]
        assert component["scope"] == "required"
    assert "boringssl" in components


def test_what_only_tests_is_marked(components):
    assert components["pycose"]["scope"] == components["chromium"]["scope"] == "excluded"
    assert components["libssl-dev"]["scope"] == components["mosquitto"]["scope"] == "required"


def test_the_models_are_those_of_the_tree(components):
    for path in (ROOT / "Sources/Inference/Resources").glob("*.safetensors"):
        (stated,) = components[f"sealedbeat-{path.stem}-weights"]["hashes"]
        assert stated == {"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}

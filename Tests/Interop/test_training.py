"""The trainer on a few records, and its network in another engine."""

import json
import os
import subprocess
import sys

import numpy as np
import onnx.reference
import pytest
from safetensors.numpy import load_file

from conftest import ROOT


@pytest.fixture(scope="module")
def environment():
    return {**os.environ, "PYTHONPATH": str(ROOT / "Training"), "OMP_NUM_THREADS": "1"}


def program():
    return os.environ.get("SEALEDBEAT", str(ROOT / ".build/release/sealedbeat"))


def test_a_short_training_run_ends_with_a_network_that_evaluates(tmp_path, mitdb, evaluate, environment):
    """Cuts, simulates, fits, calibrates and writes; then the executable judges beats with what came of it."""
    command = [
        sys.executable, str(ROOT / "Training/train_default.py"), "--smoke", "--sealedbeat", program(), "--mitdb", str(mitdb),
        "--svdb", str(mitdb), "--work", str(tmp_path), "--output", str(tmp_path / "weights"), "--only", "ds1",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-2000:]
    weights = tmp_path / "weights/default-ds1.safetensors"
    assert load_file(str(weights))["member0.conv1.weight"].shape == (24, 2, 7)
    result = json.loads((tmp_path / "smoke/default-results.json").read_text())["ds1"]
    assert result["records"] == 4 and 0.5 < result["held_out"]["auc"] <= 1
    report = evaluate("beats", "--database", mitdb, "--records", "106", "--model", weights)
    # One short epoch of four records: better than chance, no more.
    assert report["gross"]["binary"]["auc"] > 0.6


def test_the_onnx_graph_says_what_the_golden_set_says(tmp_path, environment):
    path = tmp_path / "default.onnx"
    command = [sys.executable, str(ROOT / "Training/export_default.py"), "--onnx", str(path)]
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=120)
    golden = json.loads((ROOT / "Tests/Vectors/inference-default-golden.json").read_text())
    engine = onnx.reference.ReferenceEvaluator(str(path))
    for case in golden["cases"]:
        (answer,) = engine.run(
            None,
            {
                "signals": np.array(case["signals"], np.float32).reshape(1, 187, 2),
                "measures": np.array([case["measures"]], np.float32),
            },
        )
        assert np.abs(answer[0] - case["probabilities"]).max() <= golden["tolerance"], case["name"]

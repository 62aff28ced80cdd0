#!/usr/bin/env python3
"""Writes what depends on the trained default network: its golden set and ONNX for other engines.

    python Training/export_default.py --weights Sources/Inference/Resources/default.safetensors --onnx artifacts/default.onnx

The ONNX graph takes `signals` [n, 187, 2] and `measures` [n, m] as `sealedbeat dataset --context` writes them and gives the
calibrated probabilities of N, S, V, F, Q.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file
from torch import nn

import golden_default
from beat_network import LIMIT, Ensemble, Member

ROOT = Path(__file__).resolve().parent.parent


def load(path: Path) -> Ensemble:
    """The network of a weights file, whose BatchNorm is folded already."""
    tensors = load_file(str(path))
    measures = len(tensors["measures.mean"])
    members = []
    while f"member{len(members)}.conv1.weight" in tensors:
        member, prefix = Member(measures), f"member{len(members)}"
        for index in (1, 2, 3):
            normalization = getattr(member, f"bn{index}")
            nn.init.ones_(normalization.weight)
            nn.init.zeros_(normalization.bias)
            normalization.running_var.fill_(1 - normalization.eps)
        with torch.no_grad():
            for name in ("conv1", "conv2", "conv3", "places", "shape", "context", "joint", "output"):
                layer = getattr(member, name)
                layer.weight.copy_(torch.from_numpy(tensors[f"{prefix}.{name}.weight"]))
                layer.bias.copy_(torch.from_numpy(tensors[f"{prefix}.{name}.bias"]))
            member.mean.copy_(torch.from_numpy(tensors["measures.mean"]))
            member.scale.copy_(torch.from_numpy(tensors["measures.scale"]))
        members.append(member)
    ensemble = Ensemble(members, tensors["calibration.scale"], tensors["calibration.bias"])
    ensemble.eval()
    return ensemble


def onnx_model(path: Path) -> onnx.ModelProto:
    """The same network as an ONNX graph, opset 17."""
    tensors = load_file(str(path))
    nodes: list[onnx.NodeProto] = []
    constants = {name: numpy_helper.from_array(value, name) for name, value in tensors.items()}

    def constant(name: str, value: np.ndarray) -> str:
        constants[name] = numpy_helper.from_array(value, name)
        return name

    def node(kind: str, inputs: list[str], output: str, **attributes) -> str:
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    count = sum(name.endswith(".conv1.weight") for name in tensors)
    node("Transpose", ["signals"], "channels", perm=[0, 2, 1])
    node("Sub", ["measures", "measures.mean"], "centred")
    node("Mul", ["centred", "measures.scale"], "scaled")
    low, high = constant("low", np.float32(-LIMIT)), constant("high", np.float32(LIMIT))
    node("Clip", ["scaled", low, high], "standardised")
    flat = constant("flat", np.array([0, -1], np.int64))
    for index in range(count):
        prefix, x = f"member{index}", "channels"
        for layer, taps in ((1, 7), (2, 5), (3, 5)):
            name = f"{prefix}.conv{layer}"
            node("Conv", [x, f"{name}.weight", f"{name}.bias"], f"{name}.sum", strides=[2], pads=[taps // 2] * 2)
            x = node("Relu", [f"{name}.sum"], f"{name}.out")
        node("Conv", [x, f"{prefix}.places.weight", f"{prefix}.places.bias"], f"{prefix}.places.sum")
        node("Relu", [f"{prefix}.places.sum"], f"{prefix}.places.out")
        node("Transpose", [f"{prefix}.places.out"], f"{prefix}.places.time", perm=[0, 2, 1])
        node("Reshape", [f"{prefix}.places.time", flat], f"{prefix}.places.flat")
        node("ReduceMean", [x], f"{prefix}.mean", axes=[2], keepdims=0)
        node("ReduceMax", [x], f"{prefix}.max", axes=[2], keepdims=0)
        node("Concat", [f"{prefix}.mean", f"{prefix}.max", f"{prefix}.places.flat"], f"{prefix}.features", axis=1)

        def dense(name: str, source: str, rectifies: bool = True) -> str:
            full = f"{prefix}.{name}"
            node("Gemm", [source, f"{full}.weight", f"{full}.bias"], f"{full}.sum", transB=1)
            return node("Relu", [f"{full}.sum"], f"{full}.out") if rectifies else f"{full}.sum"

        both = [dense("shape", f"{prefix}.features"), dense("context", "standardised")]
        node("Concat", both, f"{prefix}.both", axis=1)
        dense("output", dense("joint", f"{prefix}.both"), rectifies=False)
    node("Mean", [f"member{index}.output.sum" for index in range(count)], "sums")
    node("Mul", ["sums", "calibration.scale"], "stretched")
    node("Add", ["stretched", "calibration.bias"], "calibrated")
    node("Softmax", ["calibrated"], "probabilities", axis=1)
    measures = len(tensors["measures.mean"])
    graph = helper.make_graph(
        nodes, "sealedbeat-default-1",
        [
            helper.make_tensor_value_info("signals", TensorProto.FLOAT, ["n", 187, 2]),
            helper.make_tensor_value_info("measures", TensorProto.FLOAT, ["n", measures]),
        ],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 5])],
        list(constants.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=ROOT / "Sources/Inference/Resources/default.safetensors")
    parser.add_argument("--golden", type=Path, help="where the golden set goes; Tests/Vectors in the repository")
    parser.add_argument("--onnx", type=Path, help="where the ONNX file goes; none is written otherwise")
    options = parser.parse_args()
    if options.golden:
        print(f"{golden_default.write(load(options.weights), options.golden)} cases in {options.golden}")
    if options.onnx:
        options.onnx.parent.mkdir(parents=True, exist_ok=True)
        onnx.save(onnx_model(options.weights), str(options.onnx))
        print(options.onnx)


if __name__ == "__main__":
    main()

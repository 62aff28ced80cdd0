"""`sealedbeat evaluate beats`, checked by numpy and by the WFDB project's own comparison."""

import csv

import numpy as np
import pytest
import wfdb
from wfdb.processing import compare_annotations

RECORDS = ("119", "207", "208", "232")
CLASSES = "NSVFQ"
# AAMI EC57, clause 3: which annotation codes belong to which class.
AAMI = {code: name for name, codes in {
    "N": "NLRBej", "S": "AaJSn", "V": "VEr", "F": "F", "Q": "/fQ"}.items() for code in codes}


@pytest.fixture(scope="module", params=["detected", "annotated"])
def measured(request, evaluate, mitdb, tmp_path_factory):
    """The report and the predictions of the same run."""
    table = tmp_path_factory.mktemp("beats") / "predictions.csv"
    report = evaluate("beats", "--database", mitdb, "--records", ",".join(RECORDS), "--model", "reference",
                      "--r-peaks", request.param, "--predictions", table)
    with table.open(newline="") as file:
        return request.param, report, list(csv.DictReader(file))


def auc(truth, score):
    """The definition: the share of pairs in which the abnormal beat scores higher, ties counting half."""
    positive, negative = score[truth], score[~truth]
    if not len(positive) or not len(negative):
        return None
    below = np.searchsorted(np.sort(negative), positive, "left")
    up_to = np.searchsorted(np.sort(negative), positive, "right")
    return float(np.mean((below + up_to) / 2) / len(negative))


def figures_of(lines):
    judged = [line for line in lines if line["reference"] and line["p_abnormal"] and line["predicted"] != "unreadable"]
    truth = np.array([line["reference"] != "N" for line in judged])
    score = np.array([float(line["p_abnormal"]) for line in judged])
    called = score >= 0.5
    bins = np.minimum((score * 10).astype(int), 9)
    error = sum(abs(score[bins == b].sum() - truth[bins == b].sum()) for b in range(10)) / len(score)
    return {
        "auc": auc(truth, score), "accuracy": np.mean(called == truth), "precision": truth[called].mean(),
        "recall": called[truth].mean(), "calibrationError": error,
        "missedBeats": sum(line["predicted"] == "missed" for line in lines),
        "falseBeats": sum(not line["reference"] for line in lines),
        "support": {name: sum(line["reference"] == name for line in lines) for name in CLASSES},
    }


def test_numpy_finds_the_same_figures(measured):
    _, report, lines = measured
    scopes = [(report["gross"], lines)]
    scopes += [(entry, [line for line in lines if line["record"] == entry["record"]]) for entry in report["records"]]
    for told, of in scopes:
        expected = figures_of(of)
        for key in ("auc", "accuracy", "precision", "recall"):
            assert told["binary"][key] == pytest.approx(expected[key], abs=1e-9), key
        assert told["calibrationError"] == pytest.approx(expected["calibrationError"], abs=1e-6)
        assert (told["missedBeats"], told["falseBeats"]) == (expected["missedBeats"], expected["falseBeats"])
        assert {name: told["classes"][name]["support"] for name in CLASSES} == expected["support"]


def test_a_model_without_classes_says_so(measured):
    _, report, lines = measured
    assert report["reasonForNoClasses"]
    assert report["gross"]["confusion"] is None
    assert report["gross"]["classes"]["V"]["sensitivity"] is None
    assert {line["predicted"] for line in lines} <= {"", "missed", "unreadable"}


def test_pairs_are_those_of_wfdb(measured, mitdb):
    source, report, lines = measured
    for entry in report["records"]:
        name = entry["record"]
        annotation = wfdb.rdann(str(mitdb / name), "atr")
        flutter = flutter_of(annotation)
        beats = [sample for sample, symbol in zip(annotation.sample, annotation.symbol)
                 if symbol in AAMI and not inside(flutter, sample)]
        told = [int(line["sample"]) for line in lines if line["record"] == name and line["predicted"] != "missed"]
        comparison = compare_annotations(np.array(beats), np.array(told), int(0.150 * annotation.fs))
        assert (comparison.fn, comparison.fp) == (entry["missedBeats"], entry["falseBeats"]), name
        if source == "annotated":
            assert told == beats
            assert (comparison.fn, comparison.fp) == (0, 0)


def flutter_of(annotation):
    starts = [s for s, symbol in zip(annotation.sample, annotation.symbol) if symbol == "["]
    ends = [s for s, symbol in zip(annotation.sample, annotation.symbol) if symbol == "]"]
    return list(zip(starts, ends))


def inside(ranges, sample):
    return any(start <= sample < end for start, end in ranges)


def test_references_are_the_annotations(measured, mitdb):
    _, report, lines = measured
    for name in RECORDS:
        annotation = wfdb.rdann(str(mitdb / name), "atr")
        flutter = flutter_of(annotation)
        expected = [AAMI[symbol] for sample, symbol in zip(annotation.sample, annotation.symbol)
                    if symbol in AAMI and not inside(flutter, sample)]
        assert [line["reference"] for line in lines if line["record"] == name and line["reference"]] == expected


def test_intervals_hold_the_figures_and_are_the_same_again(measured, evaluate, mitdb):
    source, report, _ = measured
    for key, bounds in report["intervals"]["binary"].items():
        assert bounds[0] <= report["gross"]["binary"][key] <= bounds[1], key
    again = evaluate("beats", "--database", mitdb, "--records", ",".join(RECORDS), "--model", "reference",
                     "--r-peaks", source)
    assert again == report


def test_records_are_chosen(evaluate, sealedbeat, mitdb):
    report = evaluate("beats", "--database", mitdb, "--records", "ds1,100", "--exclude", "ds1",
                      "--model", "reference", "--threshold", "0.8")
    assert [entry["record"] for entry in report["records"]] == ["100"]
    assert report["intervals"] is None
    assert report["gross"]["binary"]["threshold"] == 0.8
    complaint = sealedbeat("evaluate", "beats", "--database", mitdb, "--records", "100,100", expect=64)
    assert "twice" in complaint
    complaint = sealedbeat("evaluate", "beats", "--database", mitdb, "--records", "nothing", expect=65)
    assert "record nothing" in complaint

"""`sealedbeat analyze`: what the `wfdb` package writes is read, and what is written the package reads."""

import html.parser
import json
import stat

import numpy as np
import pytest
import wfdb

RATE = 360
# A beat every 0.8 s, but for one pause of 3 s; one hour, so that skips beyond 1,023 samples occur.
SECONDS = 3600


def peaks():
    times, time = [], 0.6
    while time < SECONDS - 1:
        times.append(time)
        time += 3.0 if len(times) == 200 else 0.8
    return np.array(times)


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """A synthetic record with a narrow QRS complex and a T wave, written by the WFDB package in format 16."""
    folder = tmp_path_factory.mktemp("record")
    times = np.arange(SECONDS * RATE) / RATE
    signal = 0.02 * np.sin(2 * np.pi * 0.3 * times)
    for peak in peaks():
        first = max(0, int((peak - 0.3) * RATE))
        near = slice(first, first + int(0.8 * RATE))
        t = times[near] - peak
        signal[near] += np.exp(-(t / 0.011) ** 2 / 2) + 0.25 * np.exp(-((t - 0.28) / 0.05) ** 2 / 2)
    wfdb.wrsamp("made", fs=RATE, units=["mV"], sig_name=["II"], p_signal=signal[:, None], fmt=["16"],
                write_dir=str(folder))
    return folder


@pytest.fixture(scope="module")
def analysed(record, sealedbeat):
    """The JSON report; annotations and HTML lie beside the record."""
    printed = sealedbeat("analyze", record / "made.hea", "--json", "--annotations", record, "--html",
                         record / "made.html", "--model", "reference")
    return json.loads(printed)["records"][0]


def test_wfdb_reads_the_annotations(record, analysed):
    annotation = wfdb.rdann(str(record / "made"), "sbt")
    beats = [sample for sample, symbol in zip(annotation.sample, annotation.symbol) if symbol in "NSVFQ"]
    expected = peaks() * RATE
    # The first seconds teach the detector the signal.
    found = [np.abs(np.array(beats) - peak).min() <= 0.02 * RATE for peak in expected[5:-2]]
    assert all(found)
    assert len(beats) == analysed["beats"]["total"]
    assert abs(len(beats) - len(expected)) <= 5
    assert np.diff(annotation.sample).max() > 1023
    assert (annotation.symbol[0], annotation.aux_note[0].rstrip("\0")) == ("+", "(N")
    remarks = [(sample, text.rstrip("\0")) for sample, symbol, text in
               zip(annotation.sample, annotation.symbol, annotation.aux_note) if symbol == '"']
    pause = [sample for sample, text in remarks if text.startswith("pause 3.0 s")]
    assert len(pause) == 1 and abs(pause[0] - expected[199]) <= 0.02 * RATE


def test_figures_are_those_of_the_record(analysed):
    assert analysed["durationSeconds"] == pytest.approx(SECONDS, abs=0.02)
    assert analysed["heartRate"]["mean"] == pytest.approx(75, abs=0.5)
    assert analysed["longestRR"]["seconds"] == pytest.approx(3.0, abs=0.02)
    assert analysed["longestRR"]["at"] == pytest.approx(peaks()[199], abs=0.05)
    assert [entry["episodes"] for entry in analysed["rhythms"] if entry["rhythm"] == "pause"] == [1]
    assert sum(hour["beats"]["total"] for hour in analysed["hours"]) == analysed["beats"]["total"]
    assert analysed["signalQuality"]["meanIndex"] > 0.9


class Outline(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.links = [], []

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in ("href", "src", "action")]


def test_the_page_stands_alone_and_is_private(record, analysed):
    page = record / "made.html"
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    outline = Outline()
    outline.feed(page.read_text())
    assert "script" not in outline.tags and "link" not in outline.tags and not outline.links
    assert outline.tags.count("figure") >= 3


def test_a_database_and_a_data_file_are_read_too(record, analysed, sealedbeat, tmp_path):
    by_folder = json.loads(sealedbeat("analyze", "--database", record, "--json", "--model", "reference"))
    by_data = json.loads(sealedbeat("analyze", record / "made.dat", "--json", "--model", "reference"))
    assert by_folder == by_data == {"records": [analysed]}
    assert "made, II" in sealedbeat("analyze", record / "made", "--model", "reference")


def test_faults_are_told(record, sealedbeat, tmp_path):
    assert "either" in sealedbeat("analyze", expect=64)
    assert "absent" in sealedbeat("analyze", tmp_path / "nothing.hea", expect=65)
    assert "signal 3" in sealedbeat("analyze", record / "made.hea", "--lead", 3, expect=65)


def test_rhythms_of_real_records_are_read_back(sealedbeat, mitdb, tmp_path):
    sealedbeat("analyze", "--database", mitdb, "--records", "208,232", "--annotations", tmp_path, "--html", tmp_path,
               "--model", "reference")
    for name in ("208", "232"):
        annotation = wfdb.rdann(str(tmp_path / name), "sbt")
        reference = wfdb.rdann(str(mitdb / name), "atr")
        assert annotation.sample.max() <= 650_000 and (np.diff(annotation.sample) >= 0).all()
        beats = sum(symbol in "NSVFQ" for symbol in annotation.symbol)
        assert abs(beats - sum(symbol in "NLRBeje/fQAaJSVEF" for symbol in reference.symbol)) < 60
        assert (tmp_path / f"{name}.html").stat().st_size > 100_000

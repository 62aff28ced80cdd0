"""Exports opened by readers that others wrote. The files are those of ExportTests, which writes them to $SEALEDBEAT_EXPORTS."""

import csv
import datetime
import json
import os
import pathlib
import tarfile

import numpy
import pyedflib
import pypdf
import pytest
import wfdb
from fhir.resources.R4B.bundle import Bundle

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def files():
    folder = pathlib.Path(os.environ.get("SEALEDBEAT_EXPORTS", ROOT / ".build/exports"))
    if not (folder / "whole.truth").exists():
        if os.environ.get("SEALEDBEAT_REQUIRE_RECORDINGS"):
            pytest.fail(f"{folder} is empty: the unit tests write it")
        pytest.skip("needs the files of ExportTests: SEALEDBEAT_EXPORTS=DIR swift test --filter ExportTests")
    return folder


@pytest.fixture(params=["whole", "gap", "coarse"])
def case(request, files):
    truth = json.loads((files / f"{request.param}.truth").read_text())
    signals = [numpy.array([numpy.nan if value is None else value for value in channel]) for channel in truth["samples"]]
    # The ECG in µV, the pulse in counts.
    signals[0] = signals[0] * truth["nanovolts"] / 1000
    return request.param, truth, signals


def test_csv(files, case):
    name, truth, signals = case
    with open(files / f"{name}.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == truth["count"]
    for column, signal in (("ecg_i_uV", signals[0]), ("ppg_red_counts", signals[1])):
        read = numpy.array([float(row[column] or "nan") for row in rows])
        assert numpy.array_equal(read, signal, equal_nan=True)
    start = datetime.datetime.fromisoformat(rows[0]["time"])
    assert start.timestamp() * 1000 == truth["startMs"]
    for row, signal in zip(rows, signals[0]):
        assert (row["ecg_i_state"] == "") == (not numpy.isnan(signal))
    beats = [[index, row["beat_clinician"] or row["beat"]] for index, row in enumerate(rows) if row["beat"]]
    assert beats == truth["beats"]
    assert rows[300]["note"] == 'dr.weiss: palpitations, "strong"\nafter stairs'


def test_wfdb(files, case, tmp_path):
    name, truth, signals = case
    with tarfile.open(files / f"{name}.tar") as tar:
        for member in tar:
            # Files of this folder, and nothing else.
            assert member.isfile() and "/" not in member.name, member.name
            (tmp_path / member.name).write_bytes(tar.extractfile(member).read())
    record = wfdb.rdrecord(str(tmp_path / "sb_00112233"))
    assert record.fs == 125 and record.sig_len == truth["count"] and record.units == ["mV", "counts"]
    assert record.base_datetime.timestamp() % 86400 == truth["startMs"] / 1000 % 86400
    assert numpy.array_equal(numpy.round(record.p_signal[:, 0] * 1e6) / 1e3, signals[0], equal_nan=True)
    assert numpy.array_equal(record.p_signal[:, 1], signals[1], equal_nan=True)
    digital = wfdb.rdrecord(str(tmp_path / "sb_00112233"), physical=False)
    assert digital.calc_checksum() == digital.checksum
    annotation = wfdb.rdann(str(tmp_path / "sb_00112233"), "atr")
    beats = [[int(s), a] for s, a in zip(annotation.sample, annotation.symbol) if a in "NSVFQ"]
    assert beats == truth["beats"]
    notes = [text for text, symbol in zip(annotation.aux_note, annotation.symbol) if symbol == '"']
    assert any("palpitations" in note for note in notes)


@pytest.mark.parametrize("name", ["whole", "coarse"])
def test_edf(files, name):
    truth = json.loads((files / f"{name}.truth").read_text())
    with pyedflib.EdfReader(str(files / f"{name}.edf")) as edf:
        assert edf.filetype == pyedflib.FILETYPE_EDFPLUS and edf.signals_in_file == 2
        assert edf.getPatientCode() == "P-7K2M" and edf.getSampleFrequency(0) == 125
        start = edf.getStartdatetime().replace(microsecond=0, tzinfo=datetime.timezone.utc)
        # EDFlib's own number, in units of 100 ns: pyedflib makes a tenth of it.
        assert start.timestamp() * 1000 + edf.starttime_subsecond / 10_000 == truth["startMs"]
        digital = [edf.readSignal(channel, digital=True) for channel in range(2)]
        for channel in range(2):
            assert digital[channel].tolist() == truth["samples"][channel]
        microvolts = numpy.array(truth["samples"][0]) * truth["nanovolts"] / 1000
        assert edf.getPhysicalDimension(0) == "uV"
        assert numpy.array_equal(numpy.round(edf.readSignal(0)), microvolts)
        onsets, durations, texts = edf.readAnnotations()
        beats = [[round(onset * 125), text[0]] for onset, text in zip(onsets, texts) if text[:2].strip() in "NSVFQ"]
        assert beats == truth["beats"]
        whole = "".join(text.removeprefix("dr.weiss: ") for text in texts if "anger" in text or "Text" in text)
        assert whole.count("ä") == 60
        (note,) = [n for n, text in enumerate(texts) if "palpitations" in text]
        assert onsets[note] == pytest.approx(300 / 125) and durations[note] == pytest.approx(2)


def test_edf_with_a_gap(files):
    """EDFlib does not open what is discontinuous, so this reads the format itself (edfplus.info/specs/edfplus.html)."""
    truth = json.loads((files / "gap.truth").read_text())
    data = (files / "gap.edf").read_bytes()
    assert data[192:197] == b"EDF+D"
    header, records, signals = int(data[184:192]), int(data[236:244]), int(data[252:256])
    counts = [int(data[256 + signals * 216 + 8 * n:][:8]) for n in range(signals)]
    length = 2 * sum(counts)
    assert len(data) == header + records * length
    read = [[None] * truth["count"] for _ in range(2)]
    gaps = []
    for number in range(records):
        record = data[header + number * length:][:length]
        annotations = [tal for tal in record[2 * sum(counts[:2]):].split(b"\0") if tal]
        first = round((float(annotations[0].split(b"\x14")[0]) - truth["startMs"] / 1000 % 1) * 125)
        gaps += [tal.decode() for tal in annotations if b"gap" in tal or b"lead-off" in tal]
        for channel in range(2):
            values = numpy.frombuffer(record, "<i2", 125, 250 * channel)
            for place, value in enumerate(values):
                if value != -32768:
                    read[channel][first + place] = int(value)
    assert read == truth["samples"]
    assert any("lead-off ECG I" in gap for gap in gaps) and any("gap PPG red" in gap for gap in gaps)


def test_fhir(files, case):
    name, truth, signals = case
    bundle = Bundle.model_validate_json((files / f"{name}.json").read_text())
    assert bundle.type == "collection"
    read = {"ECG I": [], "PPG red": []}
    for entry in bundle.entry:
        observation = entry.resource
        assert observation.status == "final" and observation.subject.identifier.value == "P-7K2M"
        sampled = observation.valueSampledData
        factor = float(sampled.factor)
        assert sampled.period == 8 and sampled.dimensions == 1
        read[observation.code.text] += [
            numpy.nan if value == "E" else float(value) * factor for value in sampled.data.split(" ")]
    for channel, signal in zip(("ECG I", "PPG red"), signals):
        assert numpy.array_equal(numpy.array(read[channel]), signal, equal_nan=True)
    start = bundle.entry[0].resource.effectivePeriod.start
    assert round(start.timestamp() * 1000) == truth["startMs"]


def test_pdf(files):
    reader = pypdf.PdfReader(files / "report.pdf", strict=True)
    assert len(reader.pages) == 4
    width, height = reader.pages[0].mediabox.width, reader.pages[0].mediabox.height
    assert (float(width), float(height)) == pytest.approx((297 * 72 / 25.4, 210 * 72 / 25.4), abs=0.01)
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "Anna Müller (P-7K2M)" in text and "150/min for 12 s" in text
    assert text.count("25 mm/s") == 4 and text.count("tachycardia") == 8
    # What a clinician called a beat stands behind what the machine did.
    assert text.count("V/S") == 1 and text.count("V/N: a clinician") == 1
    assert "Clinicians' notes" in text and "after stairs" in text and text.count("langer Text") == 60
    german = "\n".join(page.extract_text() for page in pypdf.PdfReader(files / "report.de.pdf", strict=True).pages)
    assert "EKG-Bericht" in german and "Ärztliche Notizen" in german and "ECG report" not in german
    # The calibration pulse is 10 mm high and 5 mm wide: 1 mV at 10 mm/mV, 0.2 s at 25 mm/s.
    content = reader.pages[2].get_contents().get_data().decode("latin-1")
    lines = [[float(n) for n in line.split()[-3:-1]] for line in content.splitlines() if line.endswith((" m", " l"))]
    millimetre = 72 / 25.4
    pulses = [
        place for place in range(len(lines) - 3)
        if abs(lines[place + 1][1] - lines[place][1] - 10 * millimetre) < 0.01
        and abs(lines[place + 2][0] - lines[place + 1][0] - 5 * millimetre) < 0.01
        and abs(lines[place + 3][1] - lines[place][1]) < 0.01]
    assert len(pulses) == 3

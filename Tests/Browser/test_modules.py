"""The pages' pure modules, run where they run: in the browser."""
import pytest


@pytest.fixture(scope="module")
def call(ward, browser):
    """`call("need.js", "return m.need(...)")`: runs with the module as `m`."""
    browser.get(ward.base + "/ward")

    def run(module, body, *arguments):
        return browser.execute_async_script(f"""
          const done = arguments[arguments.length - 1], given = [...arguments].slice(0, -1);
          import("/web/{module}").then(m => done((() => {{ {body} }})()), problem => done(String(problem)));
        """, *arguments)
    return run


def status(name, *, alerts=(0, 0, None), rhythm="mostly-normal", **more):
    unresolved, unacknowledged, severity = alerts
    return {"patient": f"P-{name.upper()}", "name": name, "device": f"bed-{name}", "rhythm": {"code": rhythm},
            "alerts": {"unresolved": unresolved, "unacknowledged": unacknowledged, "severity": severity}} | more


# From the one who needs a look first to the one who needs it last.
BY_NEED = [
    ("live", status("a", alerts=(1, 1, "high"))),
    ("no-data", status("b", alerts=(1, 1, "medium"))),
    ("live", status("c", alerts=(2, 1, "medium"), rhythm="sustained-abnormal")),
    ("live", status("d", alerts=(1, 1, "low"))),
    ("no-data", status("e", alerts=(1, 0, "high"))),
    ("no-data", status("f")),
    ("key-refused", status("g")),
    ("lead-off", status("h")),
    ("not-analysed", status("i")),
    ("delayed", status("j")),
    ("poor-signal", status("k", rhythm="sustained-abnormal")),
    ("live", status("l", rhythm="sustained-abnormal")),
    ("live", status("m", rhythm="frequent-abnormal")),
    ("live", status("n", rhythm="occasional-abnormal")),
    ("live", status("o", rhythm="too-few-beats")),
    ("live", status("p", alerts=(1, 0, "high"))),
    ("live", status("q", alerts=(1, 0, "low"))),
    ("live", status("r")),
    ("live", status("s")),
    ("waiting", status("t")),
    ("no-device", status("u")),
]
_SORT = """
  const items = given[0].map(([state, status]) => ({need: m.need(status, state), title: status.name, name: status.patient}));
  return m.byNeed(items).map(one => one.title).join("");
"""


@pytest.mark.parametrize("shuffle", [lambda all: all, lambda all: all[::-1], lambda all: all[1::2] + all[::2]])
def test_who_needs_a_look_first_comes_first(call, shuffle):
    assert call("need.js", _SORT, shuffle(BY_NEED)) == "abcdefghijklmnopqrstu"


def test_unknown_words_of_a_newer_server_come_last_and_break_nothing(call):
    odd = [("unheard-of", status("y", alerts=(1, 1, "catastrophic"), rhythm="new")), ("live", {"patient": "P-Z", "rhythm": {}, "name": "z"})]
    assert call("need.js", _SORT, odd + BY_NEED[:2]) == "abyz"


@pytest.mark.parametrize("state, one, group", [
    ("no-data", status("a", alerts=(1, 1, "low")), "alert"), ("no-data", status("a", alerts=(1, 0, "high")), "unseen"),
    ("lead-off", status("a"), "unseen"), ("delayed", status("a"), "steady"), ("poor-signal", status("a", rhythm="frequent-abnormal"), "rhythm"),
    ("live", status("a"), "steady"), ("waiting", status("a", rhythm="sustained-abnormal"), "off"), ("no-device", status("a"), "off"),
])
def test_groups_of_need(call, state, one, group):
    assert call("need.js", "return m.needGroup(given[0], given[1])", one, state) == group


@pytest.mark.parametrize("text, only, wanted", [
    ("", "all", True), ("ANNA", "all", True), ("p-anna", "all", True), ("bed-an", "all", True), ("bernd", "all", False),
    ("anna", "alert", False), ("", "seen", True), ("", "steady", True), ("  ", "all", True),
])
def test_search_and_filter(call, text, only, wanted):
    anna = status("Anna", alerts=(1, 0, "high"))
    assert call("need.js", "return m.isWanted(given[0], 'live', {text: given[1], only: given[2]})", anna, text, only) is wanted


@pytest.mark.parametrize("group, text, wanted", [
    ("all", "", True), ("G-AAAA", "", True), ("G-BBBB", "", False), ("none", "", False), ("all", "ward 3", True), ("all", "ward 4", False),
])
def test_a_patient_is_wanted_by_group(call, group, text, wanted):
    anna = status("Anna", groups=["G-AAAA"])
    assert call("need.js", "return m.isWanted(given[0], 'live', {text: given[2], only: 'all', group: given[1]}, new Map([['G-AAAA', 'Ward 3']]))",
                anna, group, text) is wanted


def test_stretches_are_joined_and_taken_out_of_gaps(call):
    stretches = [{"from": 50, "count": 10, "cause": "lead-off"}, {"from": 0, "count": 20, "cause": "lead-off"}, {"from": 20, "count": 5, "cause": "lead-off"},
                 {"from": 10, "count": 10, "cause": "lead-off"}, {"from": 30, "count": 5, "cause": "missing"}]
    assert call("patient-envelope.js", "return m.runsOf(given[0], 'lead-off')", stretches) == [[0, 25], [50, 60]]
    assert call("patient-envelope.js", "return m.without(given[0], given[1])", [[0, 100], [110, 120], [130, 140]], [[10, 20], [90, 115], [125, 150]]) == [[0, 10], [20, 90], [115, 120]]


def test_a_gap_and_an_electrode_that_is_off_are_drawn_and_said_differently(call):
    said, ink = call("patient-drawing.js", """
      const canvas = new OffscreenCanvas(1000, 200), context = canvas.getContext("2d");
      const scale = {x: sample => sample, left: 0, width: 1000, pixelsPerSecond: 125, view: {from: 0, count: 1000}, startMs: null};
      const colours = {trace: "#000000", gap: "rgba(90, 90, 90, 0.2)", gapText: "#444444", text: "#000000"};
      const flat = (from, count) => ({from, minimum: Array(count).fill(0)});
      const parts = [{from: 0, until: 1000, known: 1000, bucket: 1, pieces: [flat(0, 200), flat(400, 200), flat(800, 200)],
        stretches: [{from: 200, count: 200, cause: "missing"}, {from: 600, count: 200, cause: "lead-off"}, {from: 800, count: 200, cause: "not-analysed"}]}];
      const said = m.drawTrace(context, scale, {channel: "ecg", top: 0, height: 200}, parts, {gain: 10, extent: {first: 0, last: 1000}, colours, bucket: 1});
      const data = context.getImageData(0, 0, 1000, 200).data;
      const drawn = (from, until, top, bottom) => { let count = 0; for (let y = top; y < bottom; y++) for (let x = from; x < until; x++) if (data[4 * (1000 * y + x) + 3] > 60) count++; return count; };
      return [[...said], {missing: drawn(210, 390, 5, 100), off: drawn(610, 790, 5, 100), signal: drawn(410, 590, 5, 100), underlined: drawn(810, 990, 194, 200), clear: drawn(410, 590, 194, 200)}];
    """)
    assert said == ["viewer.notMeasured", "Electrode without contact", "viewer.notAnalysed"]
    # Hatched where the electrode is off, evenly shaded where samples are missing, neither where there is a signal.
    assert ink["off"] > 500 and ink["missing"] == 0 and ink["signal"] == 0
    assert ink["underlined"] > 100 and ink["clear"] == 0


def test_the_erase_bar_takes_a_label_as_a_whole(call):
    """Half of 0.93 would be another number."""
    seen = call("strip.js", """
      const canvas = document.createElement("canvas");
      canvas.style.cssText = "position: fixed; left: 0; top: 0; width: 500px; height: 120px";
      document.body.append(canvas);
      // A flat line far below the labels, and beats of the first sweep alone.
      const signal = {generation: 0, first: 0, head: 2000, play: 600, clinicianLabels: new Map(), kind: () => 1, value: () => 0, advance() {},
        beats: [100, 200, 300, 400, 500].map(position => ({position, isAbnormal: true, abnormalProbability: 0.93, label: "V"}))};
      const sweep = new m.Sweep(canvas, signal, {pixelsPerSecond: 100, pixelsPerMillivolt: 40, baseline: 0.9, hasLabels: true, line: 1});
      const ink = position => {
        const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, 40 * canvas.height / 120).data, scale = canvas.width / 500;
        let count = 0;
        for (let place = 3; place < data.length; place += 4) {
          const x = (place - 3) / 4 % canvas.width / scale;
          if (data[place] > 0 && Math.abs(x - position * 0.8) <= 20) count++;
        }
        return count;
      };
      const whole = signal.beats.map(beat => ink(beat.position)), seen = new Set();
      for (; signal.play < 1200; signal.play += 3) {
        sweep.draw();
        signal.beats.forEach((beat, index) => seen.add(ink(beat.position) / whole[index]));
      }
      sweep.end();
      canvas.remove();
      return {least: Math.min(...whole), seen: [...seen].sort()};
    """)
    assert seen["least"] > 30 and seen["seen"] == [0, 1], seen


def test_news_are_told_once(call):
    told = call("watch.js", """
      const watch = new m.Watch(), alert = (id, severity, state) => watch.isNews({id, severity, state});
      return [alert("1", "high", "open"), alert("1", "high", "open"), alert("2", "medium", "open"), alert("3", "high", "acknowledged"),
        watch.lostNow([["A", "live"], ["B", "waiting"], ["C", "no-data"]], true),
        watch.lostNow([["A", "no-data"], ["B", "no-data"], ["C", "no-data"]], false),
        watch.lostNow([["A", "no-data"], ["B", "no-data"], ["C", "no-data"]], true),
        watch.lostNow([["A", "no-data"]], true), watch.lostNow([["A", "lead-off"]], true), watch.lostNow([["A", "no-data"]], true)];
    """)
    # C was silent before we looked, B had never sent; while the connection is lost, nobody is.
    assert told == [True, False, False, False, [], [], ["A"], [], [], ["A"]]


@pytest.mark.parametrize("ms, words", [(-5, "0 s"), (0, "0 s"), (59_999, "59 s"), (60_000, "1 min"), (3_599_000, "59 min"), (7_300_000, "2 h"), (86_400_000, "1 day"), (9e8, "10 days")])
def test_spans_are_said_in_their_largest_unit(call, ms, words):
    assert call("strings.js", "return m.span(given[0])", ms) == words


def test_words_take_numbers_and_plurals(call):
    assert call("strings.js", """
      return [m.t("alertCount", {count: 1234}), m.t("wardSummary", {count: 1, live: 1, open: m.t("wardOpen", {count: 1})}), m.t("nothing.of.the.kind"), m.number(1234.5, 1), m.percent(0.256), m.date("1950-02-03")];
    """) == ["1,234 open", "1 patient · 1 with a live signal · 1 open alert", "nothing.of.the.kind", "1,234.5", "26%", "03/02/1950"]


def number_of(name, value, unit, limit=None):
    return {"name": name, "value": value, "unit": unit} | ({} if limit is None else {"limit": limit})


RUN = [number_of("run-beats", 5, "beats", 3), number_of("run-rate", 142.4, "/min", 100), number_of("run-seconds", 1.7, "s")]
# What an alert says: its rule, its numbers, the sentence.
SENTENCES = [
    ("tachycardia", [number_of("heart-rate", 155, "/min", 130), number_of("duration", 30, "s", 30)], "Median heart rate 155/min; limit from 130/min for 30 s."),
    ("pause", [number_of("interval", 3.44, "s", 3)], "No beat for 3.4 s; limit 3 s."),
    ("asystole", [number_of("interval", 5, "s", 4)], "No beat for 5 s; asystole-like from 4 s."),
    ("asystole", [number_of("silence", 9.2, "s", 8)], "No beat with electrodes in contact: asystole-like. The last beat that was analysed lies 9.2 s back; limit 8 s."),
    ("ventricular-run", [*RUN, number_of("supporting-beats", 0, "beats")], "5 ventricular beats in a row at 142/min; limit 3, fast from 100/min."),
    ("ventricular-run", [*RUN, number_of("supporting-beats", 1, "beats")], "5 ventricular beats in a row, 1 of them less surely, at 142/min; limit 3, fast from 100/min."),
    ("ectopic-burden", [number_of("abnormal-share", 0.1666, "share", 0.15), number_of("window-beats", 4321, "beats", 600), number_of("window-seconds", 3600, "s")],
     "16.7% of the 4,321 beats of the last 60 min are abnormal; limit 15%."),
    ("lead-off", [number_of("duration", 12, "s", 10), number_of("electrodes", 2, "electrodes")], "LO− electrode without contact for 12 s; limit 10 s."),
    ("lead-off", [number_of("duration", 12, "s", 10)], "An electrode without contact for 12 s; limit 10 s."),
    ("device-clock", [number_of("clock-delay", -14, "s", -10), number_of("duration", 301, "s", 300)], "Samples are dated 14 s after their arrival; limit 10 s."),
    ("device-clock", [number_of("clock-unset", 1, "flag"), number_of("duration", 301, "s", 300)], "The device's clock has not been set for 5 min: times are its own."),
    ("pause", [number_of("interval", 3.5, "s", 3), number_of("clock-unset", 1, "flag")], "No beat for 3.5 s; limit 3 s. The device's clock had not been set: times are its own."),
    # Older than its numbers, of a newer server, and one that cannot be opened any more.
    ("pause", [], "As it was written."), ("a-rule-to-come", [number_of("x", 1, "count")], "As it was written."),
]


@pytest.mark.parametrize("rule, evidence, sentence", SENTENCES)
def test_an_alert_says_its_numbers(ward, browser, rule, evidence, sentence):
    if "/ward" not in browser.current_url:
        browser.get(ward.base + "/ward")
    assert browser.execute_async_script("""
      const [alert, done] = arguments;
      Promise.all([import("/web/alert-words.js"), import("/web/strings.js")])
        .then(async ([words, strings]) => { await strings.loadStrings("common", "clinical", "alerts"); return words.sentence(alert); }).then(done, problem => done(String(problem)));
    """, {"rule": rule, "evidence": evidence, "explanation": "As it was written."}) == sentence


def test_a_task_is_news_once_and_again_after_it_was_somebody_elses(call):
    assert call("alert-assigned.js", """
      const known = new Set(["old"]), news = (id, assignedTo, closedMs) => m.isNewTask({id, assignedTo, closedMs}, "me", known);
      return [news("old", "me"), news("new", "me"), news("new", "me"), news("new", "you"), news("new", "me"), news("done", "me", 5), news("none", undefined)];
    """) == [False, True, False, False, True, False, False]

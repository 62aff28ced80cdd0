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
      return [m.t("alertCount", {count: 1234}), m.t("wardSummary", {count: 1, live: 1, alerts: 0}), m.t("nothing.of.the.kind"), m.number(1234.5, 1), m.percent(0.256), m.date("1950-02-03")];
    """) == ["1,234 open", "1 patient · 1 with a live signal · 0 open alerts", "nothing.of.the.kind", "1,234.5", "26%", "03/02/1950"]

import Metrics
import Telemetry
import Testing

struct PrometheusTests {
  @Test func countersGaugesAndHistogramsAreWrittenInTheTextFormat() {
    let registry = PrometheusRegistry()
    Counter(label: "chunks_total", dimensions: [("outcome", "committed")], factory: registry).increment(by: 3)
    Counter(label: "chunks_total", dimensions: [("outcome", "duplicate")], factory: registry).increment()
    Gauge(label: "waiting", factory: registry).record(7)
    let timer = Timer(label: "commit_seconds", factory: registry)
    timer.recordNanoseconds(1_500_000)
    timer.recordNanoseconds(40_000_000)
    let lines = registry.scrape().split(separator: "\n").map(String.init)
    #expect(lines.filter { $0 == "# TYPE chunks_total counter" }.count == 1)
    #expect(lines.contains("chunks_total{outcome=\"committed\"} 3"))
    #expect(lines.contains("chunks_total{outcome=\"duplicate\"} 1"))
    #expect(lines.contains("# TYPE waiting gauge"))
    #expect(lines.contains("waiting 7"))
    #expect(lines.contains("commit_seconds_bucket{le=\"0.001\"} 0"))
    #expect(lines.contains("commit_seconds_bucket{le=\"0.002\"} 1"))
    #expect(lines.contains("commit_seconds_bucket{le=\"0.05\"} 2"))
    #expect(lines.contains("commit_seconds_bucket{le=\"+Inf\"} 2"))
    #expect(lines.contains("commit_seconds_count 2"))
    #expect(lines.contains("commit_seconds_sum 0.0415"))
  }

  @Test func aHostileLabelStaysInItsPlace() {
    let registry = PrometheusRegistry()
    Counter(label: "refused\n total", dimensions: [("device", "a\"}\n\\b")], factory: registry).increment()
    let lines = registry.scrape().split(separator: "\n").map(String.init)
    #expect(lines.contains(#"refused__total{device="a\"}\n\\b"} 1"#))
    #expect(lines.allSatisfy { $0.hasPrefix("#") || $0.hasPrefix("refused__total{") || $0.hasPrefix("sealedbeat_") })
  }

  @Test func seriesAreBounded() {
    let registry = PrometheusRegistry()
    for index in 0..<PrometheusRegistry.seriesLimit + 5 {
      Counter(label: "c", dimensions: [("i", String(index))], factory: registry).increment()
    }
    let lines = registry.scrape().split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("c{") }.count == PrometheusRegistry.seriesLimit)
    #expect(lines.contains("sealedbeat_metrics_dropped_series 5"))
  }
}

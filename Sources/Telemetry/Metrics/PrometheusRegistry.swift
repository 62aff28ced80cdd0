public import CoreMetrics
internal import Synchronization

/// Collects what services measure through swift-metrics and writes the Prometheus text format 0.0.4.
///
/// Counters become `counter`, meters and recorders without aggregation `gauge`, timers and recorders `histogram`.
/// A timer's unit is seconds, as Prometheus asks.
public final class PrometheusRegistry: MetricsFactory {
  /// Most time series in one process. Beyond it, new ones are dropped and counted: a label must never be able to
  /// exhaust memory.
  public static let seriesLimit = 20_000

  private struct Contents {
    var counters: [SeriesName: CounterSeries] = [:]
    var gauges: [SeriesName: GaugeSeries] = [:]
    var histograms: [SeriesName: HistogramSeries] = [:]
    var dropped = 0
    var count: Int { counters.count + gauges.count + histograms.count }
  }

  private let contents = Mutex(Contents())

  /// Starts empty.
  public init() {}

  /// The text to answer a scrape with.
  public func scrape() -> String {
    let (counters, gauges, histograms, dropped) = contents.withLock {
      ($0.counters, $0.gauges, $0.histograms, $0.dropped)
    }
    var text = PrometheusText()
    text.append(counters.mapValues(\.value), type: "counter")
    text.append(gauges.mapValues(\.value), type: "gauge")
    text.append(histograms.mapValues { $0.snapshot() })
    text.append([SeriesName("sealedbeat_metrics_dropped_series", []): Double(dropped)], type: "gauge")
    return text.lines
  }

  /// A counter of integers.
  public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    counter(label, dimensions)
  }

  /// A counter of fractions.
  public func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    counter(label, dimensions)
  }

  /// A gauge.
  public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    gauge(label, dimensions)
  }

  /// A histogram, or a gauge when no aggregation is asked for.
  public func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    aggregate ? histogram(label, dimensions, unitsPerRecord: 1) : gauge(label, dimensions)
  }

  /// A histogram of seconds.
  public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    histogram(label, dimensions, unitsPerRecord: 1e-9)
  }

  /// Forgets nothing: a counter's life is its process's.
  public func destroyCounter(_ handler: any CounterHandler) {}
  /// See ``destroyCounter(_:)``.
  public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
  /// See ``destroyCounter(_:)``.
  public func destroyMeter(_ handler: any MeterHandler) {}
  /// See ``destroyCounter(_:)``.
  public func destroyRecorder(_ handler: any RecorderHandler) {}
  /// See ``destroyCounter(_:)``.
  public func destroyTimer(_ handler: any TimerHandler) {}

  private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterSeries {
    find(SeriesName(label, dimensions), \.counters) { CounterSeries() }
  }

  private func gauge(_ label: String, _ dimensions: [(String, String)]) -> GaugeSeries {
    find(SeriesName(label, dimensions), \.gauges) { GaugeSeries() }
  }

  private func histogram(
    _ label: String, _ dimensions: [(String, String)], unitsPerRecord: Double
  ) -> HistogramSeries {
    find(SeriesName(label, dimensions), \.histograms) { HistogramSeries(unitsPerRecord: unitsPerRecord) }
  }

  private func find<Series: AnyObject & Sendable>(
    _ name: SeriesName, _ table: WritableKeyPath<Contents, [SeriesName: Series]>, make: () -> Series
  ) -> Series {
    contents.withLock { contents in
      if let known = contents[keyPath: table][name] { return known }
      let series = make()
      if contents.count < Self.seriesLimit {
        contents[keyPath: table][name] = series
      } else {
        contents.dropped += 1
      }
      return series
    }
  }
}

/// A metric and its labels.
struct SeriesName: Hashable, Comparable, Sendable {
  let metric: String
  let labels: String

  init(_ label: String, _ dimensions: [(String, String)]) {
    metric = Self.identifier(label)
    labels = dimensions.sorted { $0.0 < $1.0 }
      .map { "\(Self.identifier($0.0))=\(Self.quoted($0.1))" }.joined(separator: ",")
  }

  static func < (left: SeriesName, right: SeriesName) -> Bool {
    (left.metric, left.labels) < (right.metric, right.labels)
  }

  /// Only what Prometheus allows in a name.
  private static func identifier(_ text: String) -> String {
    String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) || $0 == "_" || $0 == ":" ? $0 : "_" })
  }

  private static func quoted(_ text: String) -> String {
    let escaped = text.flatMap { character -> String in
      switch character {
      case "\\": "\\\\"
      case "\"": "\\\""
      case "\n": "\\n"
      default: String(character)
      }
    }
    return "\"\(String(escaped))\""
  }
}

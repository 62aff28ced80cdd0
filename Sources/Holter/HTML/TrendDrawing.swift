/// The heart rate over the recording: its mean as a line, lowest to highest as a band.
struct TrendDrawing {
  private static let width = 250.0
  private static let height = 58.0
  private static let plot = (left: 10.0, right: 248.0, top: 3.0, bottom: 50.0)

  private let points: [HolterSummary.TrendPoint]
  private let seconds: Double
  private let low: Double
  private let high: Double

  /// A drawing; `nil` when no point has a rate.
  init?(_ summary: HolterSummary, seconds: Double) {
    let known = summary.trend.filter { $0.mean != nil }
    guard !known.isEmpty, seconds > 0 else { return nil }
    points = summary.trend
    self.seconds = seconds
    low = max(0, ((known.compactMap(\.low).min() ?? 40) / 20).rounded(.down) * 20)
    high = min(320, max(low + 40, ((known.compactMap(\.high).max() ?? 120) / 20).rounded(.up) * 20))
  }

  /// Draws it; `moment` tells the time at so many seconds from the beginning.
  func draw(into page: inout Markup, moment: (Double) -> String) {
    page.raw(
      "<svg class=\"trend\" role=\"img\" aria-labelledby=\"trend\" viewBox=\"0 0 250 58\" width=\"250mm\"><title id=\"trend\">"
    )
    page.escaped(
      "Heart rate from \(Int(low)) to \(Int(high)) a minute over \(TimeText.duration(seconds)); the table below has it hour by hour."
    )
    page.raw("</title>")
    for rate in stride(from: low, through: high, by: high - low > 120 ? 40 : 20) {
      let y = Markup.number(height(of: rate))
      page.raw("<line class=\"axis\" x1=\"10\" x2=\"248\" y1=\"\(y)\" y2=\"\(y)\"/>")
      page.raw(
        "<text font-size=\"3\" text-anchor=\"end\" x=\"9\" y=\"\(Markup.number(height(of: rate) + 1))\">\(Int(rate))</text>"
      )
    }
    for run in runs {
      let upper = run.map { "\(x(of: $0)) \(Markup.number(height(of: $0.high ?? low)))" }
      let lower = run.reversed().map { "\(x(of: $0)) \(Markup.number(height(of: $0.low ?? low)))" }
      page.raw("<path class=\"band\" d=\"M\((upper + lower).joined(separator: "L"))Z\"/>")
      let mean = run.map { "\(x(of: $0)) \(Markup.number(height(of: $0.mean ?? low)))" }
      page.raw("<path class=\"mean\" d=\"M\(mean.joined(separator: "L"))\"/>")
    }
    for tick in 0...6 {
      let time = seconds * Double(tick) / 6
      let anchor = tick == 0 ? "start" : tick == 6 ? "end" : "middle"
      page.raw("<text font-size=\"3\" text-anchor=\"\(anchor)\" x=\"\(Markup.number(place(of: time)))\" y=\"55\">")
      page.escaped(moment(time))
      page.raw("</text>")
    }
    page.raw("</svg>\n")
  }

  /// Points in a row that have a rate.
  private var runs: [[HolterSummary.TrendPoint]] {
    points.split { $0.mean == nil }.map(Array.init)
  }

  private func x(of point: HolterSummary.TrendPoint) -> String { Markup.number(place(of: point.seconds)) }

  private func place(of time: Double) -> Double {
    Self.plot.left + (Self.plot.right - Self.plot.left) * time / seconds
  }

  private func height(of rate: Double) -> Double {
    let share = (min(max(rate, low), high) - low) / (high - low)
    return Self.plot.bottom - (Self.plot.bottom - Self.plot.top) * share
  }
}

/// A strip on ECG paper: 25 mm a second, 10 mm a millivolt, in millimetres.
struct StripDrawing {
  private static let speed = 25.0
  private static let gain = 10.0
  private static let width = StripMoment.seconds * speed
  /// The rows above the signal: classes and RR intervals.
  private static let labelRow = 4.0
  private static let intervalRow = 8.0
  private static let top = 10.0
  /// The row below it: seconds.
  private static let bottom = 5.0
  /// The height of the signal's paper, in mm.
  private static let heights = 25.0...60.0

  private let strip: ECGStrip
  private let number: Int
  private let paper: Double
  private let baseline: Double

  /// A drawing of the report's strip `number`.
  init(_ strip: ECGStrip, number: Int) {
    self.strip = strip
    self.number = number
    let millimetres = strip.microvolts.map { Double($0) / 1000 * Self.gain }
    let (low, high) = (millimetres.min() ?? 0, millimetres.max() ?? 0)
    let needed = ((high - low + 6) / 5).rounded(.up) * 5
    paper = min(max(needed, Self.heights.lowerBound), Self.heights.upperBound)
    // The signal in the middle of the paper; what exceeds it is cut off.
    baseline = Self.top + paper / 2 + (high + low) / 2
  }

  /// Patterns and titles have ids, so a page has each only once.
  static let definitions = """
    <svg width="0" height="0" aria-hidden="true"><defs>
    <pattern id="millimetres" width="5" height="5" patternUnits="userSpaceOnUse">
    <path class="thin" d="M1 0V5M2 0V5M3 0V5M4 0V5M0 1H5M0 2H5M0 3H5M0 4H5"/><path class="thick" d="M0 0V5M0 0H5"/></pattern>
    </defs></svg>

    """

  /// Draws the strip; `description` is what a reader hears who does not see it.
  func draw(into page: inout Markup, description: String) {
    let height = Self.top + paper + Self.bottom
    let size =
      "viewBox=\"0 0 \(Markup.number(Self.width)) \(Markup.number(height))\" width=\"250mm\" height=\"\(Markup.number(height))mm\""
    page.raw(
      "<svg class=\"strip\" role=\"img\" aria-labelledby=\"strip-\(number)\" \(size)><title id=\"strip-\(number)\">")
    page.escaped(description)
    page.raw(
      "</title><clipPath id=\"paper-\(number)\"><rect y=\"10\" width=\"250\" height=\"\(Markup.number(paper))\"/></clipPath>"
    )
    for style in ["class=\"paper\"", "fill=\"url(#millimetres)\""] {
      page.raw("<rect y=\"10\" width=\"250\" height=\"\(Markup.number(paper))\" \(style)/>")
    }
    if let mark = strip.mark {
      let width = max(1, (mark.upperBound - mark.lowerBound) * Self.speed)
      page.raw(
        "<rect class=\"mark\" x=\"\(Markup.number(mark.lowerBound * Self.speed))\" y=\"10\" width=\"\(Markup.number(width))\" height=\"\(Markup.number(paper))\"/>"
      )
    }
    page.raw("<path class=\"trace\" clip-path=\"url(#paper-\(number))\" d=\"\(trace)\"/>")
    drawLabels(into: &page)
    for second in stride(from: 0.0, through: StripMoment.seconds - 1, by: 1) {
      page.raw(
        "<text class=\"rr\" font-size=\"2.6\" x=\"\(Markup.number(second * Self.speed + 0.5))\" y=\"\(Markup.number(height - 1.5))\">\(Int(second)) s</text>"
      )
    }
    page.raw("</svg>\n")
  }

  private var trace: String {
    var path = ""
    path.reserveCapacity(strip.microvolts.count * 12)
    for (index, value) in strip.microvolts.enumerated() {
      let x = Double(index) / 125 * Self.speed
      let y = baseline - Double(value) / 1000 * Self.gain
      path += (index == 0 ? "M" : "L") + Markup.number(x) + " " + Markup.number(y)
    }
    return path
  }

  private func drawLabels(into page: inout Markup) {
    var previous: ECGStrip.Label?
    for label in strip.labels {
      // At the edges a letter is moved inwards, so that it is whole.
      let x = min(max(label.seconds * Self.speed, 2), Self.width - 2)
      let style = label.isAbnormal ? "class=\"abnormal\" " : ""
      page.raw(
        "<text \(style)font-size=\"3.6\" text-anchor=\"middle\" x=\"\(Markup.number(x))\" y=\"\(Markup.number(Self.labelRow))\">"
      )
      page.escaped(label.text)
      page.raw("</text>")
      // The interval stands between its two beats, where both are on the strip.
      if let previous, let rr = label.rrMilliseconds {
        let middle = (previous.seconds + label.seconds) / 2 * Self.speed
        page.raw(
          "<text class=\"rr\" font-size=\"2.6\" text-anchor=\"middle\" x=\"\(Markup.number(middle))\" y=\"\(Markup.number(Self.intervalRow))\">\(rr)</text>"
        )
      }
      previous = label
    }
  }
}

import Cardio
import Foundation
import Holter
import Inference
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("HTML report")
struct HolterPageTests {
  private func report(name: String = "made", lead: String = "II", model: ShapeModel = ShapeModel()) throws
    -> HolterReport
  {
    let (recording, microvolts, _) = try MadeRecordings.recording(
      .pauses, seconds: 180, model: model, name: name, lead: lead, startOfDay: 23 * 3_600 + 3_590)
    return HolterReport(recording, signal: MadeRecordings.signal(microvolts))
  }

  @Test("it is well-formed, with every element closed")
  func wellFormed() throws {
    let html = try report().html
    let parser = XMLParser(data: Data(html.replacingOccurrences(of: "<!DOCTYPE html>", with: "").utf8))
    let outline = Outline()
    parser.delegate = outline
    #expect(parser.parse(), "\(String(describing: parser.parserError)) in line \(parser.lineNumber)")
    #expect(outline.counts["figure", default: 0] >= 4)
    #expect(outline.counts["script"] == nil && outline.counts["a"] == nil && outline.counts["link"] == nil)
    #expect(outline.counts["img"] == nil && outline.counts["foreignObject"] == nil)
    // Every drawing has a title, every column a header; no id occurs twice.
    #expect(outline.drawings == outline.titledDrawings)
    #expect(Set(outline.identifiers).count == outline.identifiers.count)
  }

  @Test("it reaches nowhere")
  func closed() throws {
    let html = try report().html
    for mark in ["http:", "https:", "//", "javascript", "src=", "href", "@import", "onload", "onclick"] {
      #expect(!html.contains(mark), "\(mark)")
    }
    #expect(html.contains("default-src 'none'"))
  }

  @Test("what a recording brings along stays text")
  func escaped() throws {
    let html = try report(name: "<script>alert(1)</script>", lead: "\"&'<b>").html
    #expect(!html.contains("<script>") && !html.contains("<b>\""))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && html.contains("&quot;&amp;&#39;&lt;b&gt;"))
    #expect(try report(name: "a\u{0}\u{1B}b").html.contains("Holter report a  b<"))
  }

  @Test("strips show what they say, at the paper's scale")
  func strips() throws {
    let report = try report()
    let strip = try #require(report.strips.first { $0.title == "Pause" })
    #expect(strip.microvolts.count == 1_250)
    let mark = try #require(strip.mark)
    #expect(mark.upperBound - mark.lowerBound > 3 && mark.upperBound <= 10)
    #expect(strip.labels.contains { ($0.rrMilliseconds ?? 0) > 3_200 })
    // The R peaks lie under their labels.
    for label in strip.labels where label.seconds > 0.3 && label.seconds < 9.7 {
      let place = Int((label.seconds * 125).rounded())
      let near = strip.microvolts[place - 2...place + 3].max() ?? 0
      #expect(near > 0.8 * (strip.microvolts[place - 25...place + 25].max() ?? 0))
    }
    #expect(report.html.contains("width=\"250mm\"") && report.html.contains("25 mm/s, 10 mm/mV"))
    #expect(report.strips.count <= 40)
  }

  @Test("times are of the day when the beginning is known, and know the next day")
  func times() throws {
    let html = try report().html
    #expect(html.contains("from 23:59:50") && html.contains("00:00:") && html.contains("(day 2)"))
    let (recording, microvolts, _) = try MadeRecordings.recording(.pauses, seconds: 180, model: ShapeModel())
    let untimed = HolterReport(recording, signal: MadeRecordings.signal(microvolts))
    #expect(untimed.html.contains("times from the beginning") && !untimed.html.contains("(day"))
    #expect(untimed.text.contains("3 min 00 s"))
  }

  @Test("a model without classes is not made to tell any")
  func withoutClasses() throws {
    let report = try report(model: ShapeModel(reasonForNoClasses: "one output"))
    #expect(report.html.contains("one output: beats are told as normal or abnormal"))
    #expect(report.text.contains("WHAT COULD NOT BE TOLD") && report.text.contains("called abnormal"))
    #expect(report.strips.flatMap(\.labels).allSatisfy { ["•", "abn", "?"].contains($0.text) })
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(report.json.text.utf8)) as? [String: Any])
    #expect((json["beats"] as? [String: Any])?["V"] is NSNull)
    #expect((json["limits"] as? [String])?.count == 2)
  }

  /// Counts elements, and reads ids and titles.
  private final class Outline: NSObject, XMLParserDelegate {
    var counts: [String: Int] = [:]
    var identifiers: [String] = []
    var drawings = 0
    var titledDrawings = 0

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String] = [:]
    ) {
      counts[name, default: 0] += 1
      if let id = attributes["id"] { identifiers.append(id) }
      if attributes["role"] == "img" { drawings += 1 }
      if attributes["aria-labelledby"] != nil { titledDrawings += 1 }
    }
  }
}

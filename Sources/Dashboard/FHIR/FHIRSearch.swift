internal import Exports
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Store

/// The query of a FHIR search, and the page that answers it.
struct FHIRSearch {
  /// Times that a parameter may be repeated, and parameters in all.
  private static let parameterLimit = 32

  private let query: [(name: String, value: String)]
  private let base: String
  private let path: String
  /// Most resources in the answer.
  let count: Int
  /// Where the page begins: a position whose meaning its resource gives.
  let from: UInt64

  /// - Throws: ``APIProblem/badRequest`` for a number that is none or out of range.
  init(_ request: Request) throws(APIProblem) {
    let query = request.uri.queryParameters.map { (name: String($0), value: String($1)) }
    guard query.count <= Self.parameterLimit else { throw .badRequest }
    self.query = query
    base = "https://\(request.head.authority ?? "localhost")/fhir"
    path = request.uri.path
    func last(_ name: String) -> String? { Self.last(name, in: query) }
    guard let count = Int(last("_count") ?? "\(FHIR.standardPage)"), (1...FHIR.pageLimit).contains(count),
      let from = UInt64(last("_from") ?? "0"), from <= UInt64(Int64.max)
    else { throw .badRequest }
    self.count = count
    self.from = from
  }

  /// A parameter; `nil` where it is left out.
  func text(_ name: String) -> String? { Self.last(name, in: query) }

  /// A parameter that may stand several times: all have to hold.
  func texts(_ name: String) -> [String] { query.filter { $0.name == name }.map(\.value) }

  private static func last(_ name: String, in query: [(name: String, value: String)]) -> String? {
    query.last { $0.name == name }?.value
  }

  /// The name in a reference to a patient, or alone.
  static func patientName(_ text: Substring) -> Substring {
    text.hasPrefix("Patient/") ? text.dropFirst("Patient/".count) : text
  }

  /// `patient=P-7K2M` or `patient=Patient/P-7K2M`.
  var patient: Pseudonym? {
    get throws(APIProblem) {
      guard let text = text("patient") else { return nil }
      guard let pseudonym = Pseudonym(Self.patientName(text[...])) else { throw .badRequest }
      return pseudonym
    }
  }

  /// `code=8867-4`, alone or after its system.
  var observed: FHIR.Observed {
    get throws(APIProblem) {
      guard let text = text("code") else { return .heartRate }
      guard let found = FHIR.Observed.allCases.first(where: { $0.searchTerms.contains(text) }) else {
        throw .badRequest
      }
      return found
    }
  }

  /// The page of a list that is at hand as a whole.
  func page(of all: [JSONValue]) -> JSONValue {
    let first = Int(clamping: from)
    let shown = all.dropFirst(first).prefix(count)
    return page(
      Array(shown), next: first + shown.count < all.count && !shown.isEmpty ? UInt64(first + shown.count) : nil)
  }

  /// A page, and where the next one begins.
  func page(_ resources: [JSONValue], next: UInt64?) -> JSONValue {
    FHIR.bundle(
      resources, base: base, own: address("_from", "\(from)"), next: next.map { address("_from", "\($0)") })
  }

  /// A page of what was done, and where the next one begins.
  func page(_ resources: [JSONValue], next: AuditCursor?) -> JSONValue {
    FHIR.bundle(
      resources, base: base, own: address("_page", text("_page")), next: next.map { address("_page", $0.text) })
  }

  private func address(_ parameter: String, _ place: String?) -> String {
    var query = query.filter { $0.name != "_count" && $0.name != parameter }
    query.append(("_count", "\(count)"))
    if let place { query.append((parameter, place)) }
    let text = query.sorted { ($0.name, $0.value) < ($1.name, $1.value) }.map { name, value in
      "\(Self.escaped(name))=\(Self.escaped(value))"
    }.joined(separator: "&")
    return "\(base)\(path.dropFirst(5))?\(text)"
  }

  private static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~"))) ?? ""
  }
}

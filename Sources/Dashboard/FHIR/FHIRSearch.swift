internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Store

/// The query of a FHIR search, and the page that answers it.
struct FHIRSearch {
  private let query: [String: String]
  private let base: String
  private let path: String
  /// Most resources in the answer.
  let count: Int
  /// Where the page begins: a position whose meaning its resource gives.
  let from: UInt64

  /// - Throws: ``APIProblem/badRequest`` for a number that is none or out of range.
  init(_ request: Request) throws(APIProblem) {
    var query: [String: String] = [:]
    for (name, value) in request.uri.queryParameters { query[String(name)] = String(value) }
    self.query = query
    base = "https://\(request.head.authority ?? "localhost")/fhir"
    path = request.uri.path
    guard let count = Int(query["_count"] ?? "\(FHIR.standardPage)"), (1...FHIR.pageLimit).contains(count),
      let from = UInt64(query["_from"] ?? "0"), from <= UInt64(Int64.max)
    else { throw .badRequest }
    self.count = count
    self.from = from
  }

  /// A parameter; `nil` where it is left out.
  func text(_ name: String) -> String? { query[name] }

  /// `patient=P-7K2M` or `patient=Patient/P-7K2M`.
  var patient: Pseudonym? {
    get throws(APIProblem) {
      guard let text = query["patient"] else { return nil }
      let name = text.hasPrefix("Patient/") ? text.dropFirst(8) : text[...]
      guard let pseudonym = Pseudonym(name) else { throw .badRequest }
      return pseudonym
    }
  }

  /// `code=8867-4`, alone or after its system.
  var observed: FHIR.Observed {
    get throws(APIProblem) {
      guard let text = query["code"] else { return .heartRate }
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
    FHIR.bundle(resources, base: base, own: address(from), next: next.map(address))
  }

  private func address(_ from: UInt64) -> String {
    var query = query
    query["_count"] = "\(count)"
    query["_from"] = "\(from)"
    let text = query.sorted { $0.key < $1.key }.map { name, value in
      "\(Self.escaped(name))=\(Self.escaped(value))"
    }.joined(separator: "&")
    return "\(base)\(path.dropFirst(5))?\(text)"
  }

  private static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~"))) ?? ""
  }
}

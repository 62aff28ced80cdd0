internal import Store
internal import Wire

/// What AuditEvents can be searched by: `date`, `agent`, `patient`, `entity`, `entity-name`, `type`, `subtype`, `outcome`.
extension FHIRSearch {
  /// Longest name that is searched for.
  static let nameLimit = 128

  /// - Throws: ``APIProblem/badRequest`` for what cannot be understood.
  var auditQuery: AuditQuery {
    get throws(APIProblem) {
      var query = AuditQuery(count: count)
      for text in texts("date") {
        guard let range = FHIRDate(prefixed: text)?.range else { throw .badRequest }
        query.since = max(query.since, range.lowerBound)
        query.until = min(query.until, range.upperBound)
      }
      query.actor = try name("agent")
      if query.actor == nil { query.actor = try name("agent-name") }
      query.patient = try patient
      query.subject = try name("entity-name")
      if let entity = text("entity") {
        let parts = entity.split(separator: "/")
        guard parts.count == 2 else { throw .badRequest }
        switch parts[0] {
        case "Patient":
          guard let patient = Pseudonym(parts[1]), query.patient == nil || query.patient == patient else {
            throw .badRequest
          }
          query.patient = patient
        case "Device":
          guard let device = DeviceID(parts[1]) else { throw .badRequest }
          query.device = device
        case "Group":
          guard let group = GroupID(parts[1]) else { throw .badRequest }
          query.group = group
        default: throw .badRequest
        }
      }
      if let type = text("type") {
        query.sources = query.sources.filter { source in
          AuditClass.types(in: source).contains { $0.matches(type) }
        }
      }
      if let page = text("_page") {
        guard let cursor = AuditCursor(page) else { throw .badRequest }
        query.cursor = cursor
      }
      return query
    }
  }

  /// A name, alone or after the system of accounts.
  private func name(_ parameter: String) throws(APIProblem) -> String? {
    guard let text = text(parameter) else { return nil }
    let system = "urn:sealedbeat:account|"
    let name = text.hasPrefix(system) ? String(text.dropFirst(system.count)) : text
    guard (1...Self.nameLimit).contains(name.utf8.count) else { throw .badRequest }
    return name
  }
}

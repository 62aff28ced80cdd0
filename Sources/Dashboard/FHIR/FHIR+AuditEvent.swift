internal import Exports
internal import Store
internal import Wire

/// AuditEvent (FHIR R4, as IHE BALP and ATNA use it): one for each deed, whichever record it stands in.
extension FHIR {
  /// - Parameter reason: Why a patient was opened outside an assignment, where it could be read.
  static func auditEvent(_ deed: AuditDeed, reason: String?) -> JSONValue {
    let what = AuditClass(deed)
    var resource: [String: JSONValue] = [
      "resourceType": "AuditEvent", "id": .string(deed.id), "type": coding(what.type),
      "subtype": .array(what.subtypes.map(coding)), "action": .string(what.action), "recorded": instant(deed.at),
      "outcome": .string(what.outcome), "agent": [agent(deed)], "source": source(deed),
      "entity": .array(entities(deed, reason: reason)),
    ]
    switch deed.what {
    case .opened(let access), .ended(let access):
      resource["purposeOfEvent"] = [
        concept("http://terminology.hl7.org/CodeSystem/v3-ActReason", "BTG", "break the glass")
      ]
      resource["period"] = [
        "start": instant(access.openedAt), "end": instant(access.endedAt ?? access.expiresAt),
      ]
    case .vault(let entry): resource["outcomeDesc"] = .string(entry.outcome)
    default: break
    }
    return .object(resource)
  }

  private static func coding(_ coding: AuditCoding) -> JSONValue {
    let base: JSONValue = ["system": .string(coding.system), "code": .string(coding.code)]
    return coding.display.map { base.merging(["display": .string($0)]) } ?? base
  }

  private static func agent(_ deed: AuditDeed) -> JSONValue {
    guard let actor = deed.actor else {
      return ["who": ["display": "SealedBeat dashboard"], "requestor": false]
    }
    var agent: [String: JSONValue] = ["who": person(actor), "requestor": true]
    if case .account(let event) = deed.what, let address = event.address {
      // An IP address (FHIR network-type).
      agent["network"] = ["address": .string(address), "type": "2"]
    }
    return .object(agent)
  }

  private static func person(_ name: String) -> JSONValue {
    ["identifier": ["system": "urn:sealedbeat:account", "value": .string(name)], "display": .string(name)]
  }

  private static func source(_ deed: AuditDeed) -> JSONValue {
    let observer: JSONValue = deed.source == .vault ? "SealedBeat key vault" : "SealedBeat dashboard"
    return [
      "observer": ["display": observer],
      "type": [
        [
          "system": "http://terminology.hl7.org/CodeSystem/security-source-type", "code": "4",
          "display": "Application Server",
        ]
      ],
    ]
  }

  // MARK: Entities

  private static func entities(_ deed: AuditDeed, reason: String?) -> [JSONValue] {
    var found: [JSONValue] = []
    if let patient = deed.patient {
      let entity = entity(reference("Patient", patient.name), type: ("1", "Person"), role: ("1", "Patient"))
      found.append(reason.map { entity.merging(["description": .string($0)]) } ?? entity)
    }
    switch deed.what {
    case .opened, .ended, .viewed: break
    case .account(let event):
      if event.account != AccountEvent.noAccount {
        let user = entity(person(event.account), type: ("1", "Person"), role: ("11", "Security User Entity"))
        let detail = event.group == nil ? event.detail : nil
        found.append(detail.map { user.merging(details([("detail", $0)])) } ?? user)
      }
      if let group = event.group {
        let what: JSONValue = [
          "type": "Group", "identifier": ["system": "urn:sealedbeat:group", "value": .string(group.name)],
        ]
        found.append(entity(what, type: ("2", "System Object"), role: ("13", "Security Resource")))
      }
    case .chart(let event):
      found.append(device(event.reference.device))
      let session: JSONValue = [
        "identifier": ["system": "urn:sealedbeat:session", "value": .string(event.reference.session.description)]
      ]
      let pairs = [
        ("first sample", "\(event.from)"), ("samples", "\(event.count)"), ("format", event.format ?? ""),
      ]
      found.append(
        entity(session, type: ("2", "System Object"), role: ("3", "Report")).merging(details(pairs)))
    case .alert(let deed, _):
      found.append(device(deed.device))
      let alert: JSONValue = [
        "identifier": ["system": "urn:sealedbeat:alert", "value": .string(deed.event.alert.description)]
      ]
      found.append(
        entity(alert, type: ("2", "System Object"), role: ("4", "Domain Resource")).merging(
          details([("assigned to", deed.event.assignee ?? "")])))
    case .vault(let entry):
      let about: JSONValue = ["display": .string(entry.object.isEmpty ? "vault" : entry.object)]
      let words = [entry.purpose, entry.reason].filter { !$0.isEmpty }.joined(separator: ": ")
      let entity = entity(about, type: ("2", "System Object"), role: ("13", "Security Resource"))
      found.append(words.isEmpty ? entity : entity.merging(["description": .string(words)]))
    }
    return found
  }

  private static func device(_ device: DeviceID) -> JSONValue {
    entity(reference("Device", device.name), type: ("2", "System Object"), role: ("4", "Domain Resource"))
  }

  private static func entity(
    _ what: JSONValue, type: (code: String, display: String), role: (code: String, display: String)
  ) -> JSONValue {
    [
      "what": what,
      "type": [
        "system": "http://terminology.hl7.org/CodeSystem/audit-entity-type", "code": .string(type.code),
        "display": .string(type.display),
      ],
      "role": [
        "system": "http://terminology.hl7.org/CodeSystem/object-role", "code": .string(role.code),
        "display": .string(role.display),
      ],
    ]
  }

  /// Nothing where no value is there: FHIR forbids empty texts and lists.
  private static func details(_ pairs: [(name: String, value: String)]) -> [String: JSONValue] {
    let told = pairs.filter { !$0.value.isEmpty }
    guard !told.isEmpty else { return [:] }
    return ["detail": .array(told.map { ["type": .string($0.name), "valueString": .string($0.value)] })]
  }
}

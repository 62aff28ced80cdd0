internal import Decryptor
internal import Exports
internal import Findings
internal import Store
internal import Wire

extension FHIR {
  static func patient(_ patient: PatientDirectory.Patient) -> JSONValue {
    var resource: [String: JSONValue] = [
      "resourceType": "Patient", "id": .string(patient.pseudonym.name), "active": true,
      "identifier": [["system": "urn:sealedbeat:pseudonym", "value": .string(patient.pseudonym.name)]],
    ]
    // Absent while the vault cannot be asked for the key of names.
    if let identity = patient.identity {
      resource["name"] = [["text": .string(identity.name)]]
      if let born = identity.birthDate { resource["birthDate"] = .string(born) }
    }
    return .object(resource)
  }

  static func device(_ device: DeviceID, wornBy patient: Pseudonym, _ telemetry: DeviceTelemetry?) -> JSONValue {
    var resource: [String: JSONValue] = [
      "resourceType": "Device", "id": .string(device.name), "status": "active",
      "identifier": [["system": "urn:sealedbeat:device", "value": .string(device.name)]],
      "type": ["text": "Wearable ECG and pulse sensor"], "patient": reference("Patient", patient.name),
    ]
    if let firmware = telemetry?.firmware {
      resource["version"] = [["value": .string("\(firmware >> 16).\(firmware >> 8 & 0xFF).\(firmware & 0xFF)")]]
    }
    return .object(resource)
  }

  /// What every observation has.
  private static func observation(
    _ what: Observed, _ record: SessionRecord, of patient: Pseudonym, sequence: UInt64, at time: UnixMicroseconds,
    _ value: FHIRObservation.Value, bodySite: String? = nil
  ) -> JSONValue {
    FHIRObservation(
      id: "\(what.rawValue)-\(record.reference.session)-\(sequence)",
      category: what == .heartRate ? .vitalSigns : .procedure, code: what.code,
      subject: reference("Patient", patient.name), device: reference("Device", record.reference.device.name),
      time: .at(time), value: value, bodySite: bodySite
    ).resource
  }

  /// The heart rate as a chunk's analysis measured it: the median of 10 s. `nil` where it could not be measured.
  static func heartRate(_ finding: Finding, _ record: SessionRecord, of patient: Pseudonym) -> JSONValue? {
    finding.heartRate.map { rate in
      observation(
        .heartRate, record, of: patient, sequence: finding.sequence, at: finding.captureTime,
        .quantity((rate * 10).rounded() / 10, unit: "beats/minute", code: "/min"))
    }
  }

  /// One chunk of ECG, filtered 0.5–40 Hz as it is drawn; without a lead there is no value, and it says why.
  static func strip(_ segment: StripSegment, _ record: SessionRecord, of patient: Pseudonym) -> JSONValue {
    let isThere = !segment.samples.isEmpty
    return observation(
      .ecg, record, of: patient, sequence: segment.sequence, at: segment.captureTime,
      isThere
        ? .samples(
          segment.samples.map(String.init).joined(separator: " "), thousandths: 1000, unit: "µV", code: "uV")
        : .absent(.error, text: "Lead off"),
      bodySite: isThere ? "Lead \(segment.kind.leadName)" : nil)
  }

  /// A page of what was searched for.
  /// - Parameters:
  ///   - base: `https://HOST/fhir`.
  ///   - own: path and query of the request.
  ///   - next: the same of the page after; `nil` where this is the last.
  static func bundle(_ resources: [JSONValue], base: String, own: String, next: String?) -> JSONValue {
    let links: [JSONValue] =
      [["relation": "self", "url": .string(own)]] + (next.map { [["relation": "next", "url": .string($0)]] } ?? [])
    let entries = resources.map { resource -> JSONValue in
      guard case .string(let type)? = resource["resourceType"], case .string(let id)? = resource["id"] else {
        return [:]
      }
      return ["fullUrl": .string("\(base)/\(type)/\(id)"), "resource": resource, "search": ["mode": "match"]]
    }
    let bundle: JSONValue = ["resourceType": "Bundle", "type": "searchset", "link": .array(links)]
    // FHIR forbids empty arrays.
    return entries.isEmpty ? bundle : bundle.merging(["entry": .array(entries)])
  }
}

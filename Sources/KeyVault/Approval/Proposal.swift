internal import Foundation
internal import GRDB

/// What needs two people.
package enum ProposalOperation: String, Sendable, Codable, CaseIterable {
  /// Destroy all keys of a device, after a waiting time.
  case destroyDeviceKeys = "destroy-device-keys"
  /// Let another person administer or audit keys.
  case addPerson = "add-person"
  /// Put the vault under another root.
  case rotateRoot = "rotate-root"
}

/// Something that one person proposed and another has to approve.
package struct Proposal: Sendable, Codable, Hashable {
  /// Where it stands.
  package enum State: String, Sendable, Codable {
    /// Nobody but the proposer agreed yet.
    case open
    /// A second person agreed.
    case approved
    /// What was proposed has been done.
    case carriedOut = "carried-out"
    /// Taken back.
    case withdrawn
    /// Nobody agreed in time.
    case expired
  }

  /// Number in the vault.
  package let id: Int64
  /// What shall be done.
  package let operation: ProposalOperation
  /// To what: a device, a person, `vault`.
  package let object: String
  /// Particulars, JSON.
  package let parameters: String
  /// Why.
  package let reason: String
  /// Who proposed it.
  package let proposer: String
  /// Unix time in microseconds.
  package let proposed: UInt64
  /// Unix time in microseconds after which it is void.
  package let expires: UInt64
  /// Who agreed.
  package let approver: String?
  /// Where it stands.
  package let state: State

  init?(_ row: Row, now: UInt64) {
    guard let operation = ProposalOperation(rawValue: row["operation"]) else { return nil }
    id = row["id"]
    self.operation = operation
    object = row["object"]
    parameters = String(decoding: row["parameters"] as Data, as: UTF8.self)
    reason = row["reason"]
    proposer = row["proposer"]
    proposed = UInt64(bitPattern: row["proposed"] as Int64)
    expires = UInt64(bitPattern: row["expires"] as Int64)
    approver = row["approver"]
    state =
      if (row["withdrawn"] as Int64?) != nil {
        .withdrawn
      } else if (row["carried_out"] as Int64?) != nil {
        .carriedOut
      } else if expires <= now {
        .expired
      } else {
        (row["approved"] as Int64?) != nil ? .approved : .open
      }
  }
}

/// Who a person is, whichever door they came by: the same name is the same person.
package enum PersonName {
  /// `alice` of `person:alice` and of `dashboard:alice`; any other actor is itself.
  package static func of(actor: String) -> String {
    for prefix in ["person:", "dashboard:"] where actor.hasPrefix(prefix) {
      return actor.dropFirst(prefix.count).lowercased()
    }
    return actor
  }

  /// Whether an actor is a person at all: the operator's console is whoever sits at the machine, and so no second person.
  package static func isPerson(actor: String) -> Bool {
    actor.hasPrefix("person:") || actor.hasPrefix("dashboard:")
  }
}

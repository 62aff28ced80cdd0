import Foundation
import Testing

/// `docs/architecture.md` says which target may import which; this reads both and compares.
struct ImportTableTests {
  @Test func everyImportIsInTheTable() throws {
    let table = try ImportTable(markdown: Repository.text("docs/architecture.md"))
    let targets = try Repository.folders(in: "Sources")
    let ours = Set(targets).union(["FirmwareCore"])
    #expect(table.rows.keys.count >= 17)
    for target in targets where !target.hasPrefix("C") || target == "Cardio" {
      let allowed = try #require(table.rows[target], "docs/architecture.md has no row for \(target)")
      for file in try Repository.swiftFiles(in: "Sources/\(target)") {
        for module in try Repository.imports(of: file) where ours.contains(module) {
          #expect(allowed.permits(module), "\(file) imports \(module)")
        }
      }
    }
  }

  @Test func theBrokerCannotNameAHeartbeat() throws {
    let forbidden: Set = [
      "Cardio", "Sealing", "KeyVaultClient", "KeyVault", "COpenSSL", "Crypto", "Findings", "Decryptor",
    ]
    for file in try Repository.swiftFiles(in: "Sources/Broker") {
      for module in try Repository.imports(of: file) {
        #expect(!forbidden.contains(module), "\(file) imports \(module)")
      }
    }
  }

  @Test func aForbiddenImportWouldBeFound() throws {
    let table = try ImportTable(markdown: "| `Broker` | x | `Wire`, `Store` |\n| `Wire` | x | – |")
    let row = try #require(table.rows["Broker"])
    #expect(row.permits("Wire"))
    #expect(!row.permits("Cardio"))
    #expect(table.rows["Wire"]?.permits("Store") == false)
    #expect(
      Repository.imports(in: "public import Cardio\n@preconcurrency import struct Wire.DeviceID") == ["Cardio", "Wire"])
  }
}

/// One row for each target.
private struct ImportTable {
  enum Row {
    case everything
    case these(Set<String>)

    func permits(_ module: String) -> Bool {
      switch self {
      case .everything: true
      case .these(let modules): modules.contains(module)
      }
    }
  }

  private(set) var rows: [String: Row] = [:]

  init(markdown: String) throws {
    for line in markdown.split(separator: "\n") where line.hasPrefix("| `") {
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 3, let target = Self.names(cells[0]).first else { continue }
      rows[target] = cells[2] == "everything" ? .everything : .these(Set(Self.names(cells[2])))
    }
  }

  private static func names(_ cell: String) -> [String] {
    cell.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter { $0.offset % 2 == 1 }.map {
      String($0.element)
    }
  }
}

import Foundation
import HTTPTypes
import KeyVault
import Testing
import Wire

@Suite("Fuzzing of the administration routes, over TLS")
struct RouteFuzzTests {
  private static let bodies: [(path: String, body: String)] = [
    ("/v1/claims", #"{"device":"pump-1","lifeSeconds":60}"#),
    ("/v1/devices/pump-1/suspension", #"{"reason":"lost & found"}"#),
    ("/v1/devices/pump-1/compromise", #"{"version":1,"reason":"stolen"}"#),
    ("/v1/devices/pump-1/destruction", #"{"days":7,"reason":"over"}"#),
    ("/v1/devices/pump-1/hold", #"{"reason":"court"}"#),
    ("/v1/devices/pump-1/deactivation", #"{"reason":"end"}"#),
    (
      "/v1/audit/reports",
      #"{"report":"access","digest":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"}"#
    ),
    ("/v1/root/rotation", #"{"reason":"new safe"}"#),
    (
      "/v1/people", #"{"name":"bob","role":"auditor","request":"-----BEGIN CERTIFICATE REQUEST-----","reason":"joins"}"#
    ),
    ("/v1/grants", #"{"service":"svc.notifier","device":"pump-1","purpose":"findings","expires":1700000000000000}"#),
  ]

  private static let paths = [
    "/v1/devices/pump-1", "/v1/devices?after=pump", "/v1/history?key=device%2Fpump-1", "/v1/claims/1",
    "/v1/proposals/1?reason=x", "/v1/people/alice?reason=x", "/v1/grants/1", "/v1/audit?from=1",
    "/v1/devices/pump-1/suspension?reason=x", "/v1/devices/pump-1/destruction/certificate", "/v1/status", "/v1/rewrap",
  ]

  @Test("No body, path or query makes the vault fail: it refuses, or does what was said, and its log stays whole")
  func routes() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let client = try vault.connection("svc.operator")
      var mutator = Mutator(seed: SeededGenerator.runSeed)
      let share = max(1, Mutator.iterations / 40)
      var statuses: [Int: Int] = [:]
      for number in 0..<share {
        let (path, body) = Self.bodies[number % Self.bodies.count]
        let answer = try await client.send("POST", path, bytes: mutator.mutate(Array(body.utf8)))
        statuses[answer.status, default: 0] += 1
        #expect((200..<500).contains(answer.status), "\(path): \(answer.text)")
      }
      for number in 0..<share {
        let mutated = mutator.mutate(Array(Self.paths[number % Self.paths.count].utf8))
        // What no URL can hold does not reach the vault.
        guard let path = String(validating: mutated, as: UTF8.self), path.hasPrefix("/"),
          path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") })
        else { continue }
        for method in ["GET", "DELETE"] {
          guard let answer = try? await client.send(method, path) else { continue }
          #expect((200..<500).contains(answer.status), "\(method) \(path): \(answer.text)")
        }
      }
      #expect(statuses[400, default: 0] > 0)
      _ = try vault.authority.verifyAudit()
      #expect(try await client.send("GET", "/v1/report").status == 200)
      try await client.close()
    }
  }

  @Test("Garbage on both listeners' byte routes is refused with a code")
  func bytes() async throws {
    try await RunningVault.with { vault in
      let client = try vault.connection("svc.decryptor")
      var mutator = Mutator(seed: SeededGenerator.runSeed)
      for _ in 0..<max(1, Mutator.iterations / 100) {
        for path in ["/v1/session-keys", "/v1/record-key", "/v1/rotate"] {
          let answer = try await client.send("POST", path, bytes: mutator.mutate([0x82, 0x01, 0x80]))
          #expect((200..<500).contains(answer.status), "\(path): \(answer.text)")
        }
      }
      try await client.close()
    }
  }
}

internal import Foundation
internal import NIOHTTP1
public import Wire

/// Where the gatekeeper learns which devices may connect, and which should make a new data key: the vault, or a stand-in
/// under test.
public protocol AccessListSource: Sendable {
  /// What changed after a revision.
  /// - Parameters:
  ///   - revision: 0 for everything.
  ///   - wait: seconds to wait for news if there is none, at most ``AccessFeed/longestWait``.
  func page(after revision: UInt64, wait: Int) async throws(KeyVaultError) -> AccessFeed.Page

  /// Tells the vault that mosquitto follows the list.
  /// - Parameters:
  ///   - revision: everything up to it is applied.
  ///   - ahead: of these devices more is applied, up to the revision given.
  func acknowledge(_ revision: UInt64, ahead: [DeviceID: UInt64]) async throws(KeyVaultError)
}

/// The vault's access list over mutual TLS 1.3.
public final class AccessFeed: AccessListSource {
  /// Longest that the vault waits for news, seconds.
  public static let longestWait = 25

  /// What the vault says of one device.
  public struct Entry: Sendable, Hashable {
    /// Which device.
    public let device: DeviceID
    /// Whether it may connect.
    public let isAdmitted: Bool
    /// The version of the data key that it should make; `nil` for none.
    public let rotateTo: KeyVersion?
    /// Revision of the list at which this became so.
    public let revision: UInt64

    /// States it.
    public init(_ device: DeviceID, isAdmitted: Bool, rotateTo: KeyVersion? = nil, revision: UInt64) {
      self.device = device
      self.isAdmitted = isAdmitted
      self.rotateTo = rotateTo
      self.revision = revision
    }
  }

  /// A part of the list.
  public struct Page: Sendable, Hashable {
    /// The list is told up to here. If it is lower than what was asked for, the vault is an older copy of itself: ask again
    /// from 0.
    public let revision: UInt64
    /// Whether nothing follows at the moment.
    public let isComplete: Bool
    /// What changed.
    public let devices: [Entry]

    /// Puts a page together.
    public init(revision: UInt64, isComplete: Bool, devices: [Entry]) {
      self.revision = revision
      self.isComplete = isComplete
      self.devices = devices
    }
  }

  private struct PageAnswer: Decodable {
    struct Device: Decodable {
      let device: DeviceID
      let state: String
      let rotateTo: KeyVersion?
      let revision: UInt64
    }
    let revision: UInt64
    let complete: Bool
    let devices: [Device]
  }

  private struct AppliedBody: Encodable {
    let revision: UInt64
    let ahead: [String: UInt64]
  }

  private let connection: VaultConnection

  /// Reads the gatekeeper's identity. Connects with the first request.
  /// - Parameter configuration: where the vault is; its time-out is raised above ``longestWait``.
  /// - Throws: ``KeyVaultError/forbidden(_:)`` if a file cannot be read.
  public init(_ configuration: VaultClientConfiguration) throws(KeyVaultError) {
    var configuration = configuration
    configuration.timeout = max(configuration.timeout, .seconds(Self.longestWait + 10))
    connection = try VaultConnection(configuration)
  }

  /// See ``AccessListSource/page(after:wait:)``.
  public func page(after revision: UInt64, wait: Int) async throws(KeyVaultError) -> Page {
    let answer = try await connection.send(
      .GET, "/v1/access?after=\(revision)&wait=\(min(max(wait, 0), Self.longestWait))")
    guard let page = try? JSONDecoder().decode(PageAnswer.self, from: Data(answer)) else {
      throw .badAnswer("the access list is not the JSON that this route gives")
    }
    return Page(
      revision: page.revision, isComplete: page.complete,
      devices: page.devices.map {
        Entry(
          $0.device, isAdmitted: $0.state == "admitted", rotateTo: $0.rotateTo, revision: $0.revision)
      })
  }

  /// See ``AccessListSource/acknowledge(_:ahead:)``.
  public func acknowledge(_ revision: UInt64, ahead: [DeviceID: UInt64]) async throws(KeyVaultError) {
    let named = Dictionary(uniqueKeysWithValues: ahead.map { ($0.key.name, $0.value) })
    guard let body = try? JSONEncoder().encode(AppliedBody(revision: revision, ahead: named)) else {
      throw .badAnswer("the word to the vault cannot be written as JSON")
    }
    _ = try await connection.send(
      .POST, "/v1/access/applied", body: Array(body), contentType: "application/json")
  }

  /// Closes the connections.
  public func close() async { await connection.close() }
}

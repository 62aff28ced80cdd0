internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

extension VaultConnection {
  /// Largest body of an error in bytes.
  private static let failureLimit = 64 * 1024

  /// Reads an answer of any length, piece by piece as it arrives.
  func stream(_ path: String, _ take: ([UInt8]) throws -> Void) async throws {
    let response: HTTPClientResponse
    do {
      response = try await client.execute(
        HTTPClientRequest(url: configuration.url + path), timeout: TimeAmount(configuration.timeout))
    } catch {
      throw KeyVaultError.unavailable("no connection (\(type(of: error)))")
    }
    guard response.status == .ok else {
      let body = try? await response.body.collect(upTo: Self.failureLimit)
      throw VaultFailure(body.map { Array(buffer: $0) } ?? []).error(status: Int(response.status.code))
    }
    do {
      for try await piece in response.body { try take(Array(buffer: piece)) }
    } catch let error as HTTPClientError {
      throw KeyVaultError.unavailable("the answer was interrupted (\(error.shortDescription))")
    }
  }
}

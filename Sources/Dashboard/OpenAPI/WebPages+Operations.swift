internal import Foundation
internal import HTTPTypes

extension WebPages.Page {
  /// The module `operations.js`: every operation's method and path by its name, so that no page writes an address down.
  init(operations endpoints: [Endpoint]) throws {
    let table = try JSONReply.encode(
      Dictionary(uniqueKeysWithValues: endpoints.map { ($0.rawValue, [$0.method.rawValue, $0.path]) }))
    let text = """
      // Method and path of every operation of /api/openapi.json, made from it by the server.
      /** @type {Readonly<Record<string, readonly [string, string]>>} */
      export const operations = Object.freeze(\(String(decoding: table, as: UTF8.self)));

      """
    self.init(Data(text.utf8), contentType: "text/javascript; charset=utf-8")
  }
}

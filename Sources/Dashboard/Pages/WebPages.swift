internal import Crypto
internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// The files of the web application: a table read once at the start, so that no request ever becomes a path on disk.
package struct WebPages: Sendable {
  /// A file to serve.
  struct Page: Sendable {
    let contentType: String
    let bytes: ByteBuffer
    let entityTag: String

    init(_ data: Data, contentType: String) {
      self.contentType = contentType
      bytes = ByteBuffer(bytes: data)
      let digest = SHA256.hash(data: data).prefix(12)
      entityTag = "\"\(Data(digest).base64EncodedString())\""
    }
  }

  /// A file of the application is missing from the resource bundle.
  package struct MissingFile: Error, Sendable, CustomStringConvertible {
    let name: String
    /// Which, and what to do.
    package var description: String {
      "the web application's file \(name) is missing: install SealedBeat_Dashboard.resources beside the executable"
    }
  }

  /// Addresses that a person can open: all of them are the one page, which looks at its address.
  package static let addresses = [
    "/", "/sign-in", "/ward", "/patients/{pseudonym}", "/alerts", "/alerts/{alert}", "/administration", "/keys",
    "/keys/devices/{device}", "/audit",
  ]
  private let pages: [String: Page]

  /// Everything else that is served, under `/web/`: the names of the bundle's files, sorted.
  package var files: [String] { pages.keys.filter { $0 != Self.start }.sorted() }

  /// The module that tells the pages where each operation is: made of ``Endpoint``.
  static let operations = "operations.js"

  /// The one page.
  private static let start = "index.html"

  /// Reads the files from the resource bundle.
  package init() throws {
    var pages: [String: Page] = [:]
    let folder = Bundle.module.bundleURL.appending(path: "Web")
    let names = try? FileManager.default.subpathsOfDirectory(atPath: folder.path(percentEncoded: false))
    for name in Set(names ?? []).union([Self.start]) {
      let url = folder.appending(path: name)
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false), isDirectory: &isFolder),
        !isFolder.boolValue
      else {
        if isFolder.boolValue { continue }
        throw MissingFile(name: name)
      }
      guard let data = try? Data(contentsOf: url) else { throw MissingFile(name: name) }
      pages[name] = Page(data, contentType: Self.contentType(name))
    }
    pages[Self.operations] = try Page(operations: Endpoint.allCases)
    self.pages = pages
  }

  /// Bytes of all files, for the budget of a cold start.
  package var totalSize: Int { pages.values.reduce(0) { $0 + $1.bytes.readableBytes } }

  /// Answers a request for a file, with 304 when the browser has it.
  func respond(_ name: String, to request: Request) throws -> Response {
    guard let page = pages[name] else { throw APIProblem.notFound }
    var headers: HTTPFields = [
      .contentType: page.contentType, .eTag: page.entityTag,
      // Kept, but asked about each time: the answer is 304 until the server is replaced.
      .cacheControl: "private, no-cache",
    ]
    if request.headers[.ifNoneMatch] == page.entityTag { return Response(status: .notModified, headers: headers) }
    headers[.contentLength] = "\(page.bytes.readableBytes)"
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: page.bytes))
  }

  private static func contentType(_ name: String) -> String {
    switch name.split(separator: ".").last {
    case "html": "text/html; charset=utf-8"
    case "css": "text/css; charset=utf-8"
    case "js": "text/javascript; charset=utf-8"
    case "svg": "image/svg+xml"
    default: "application/octet-stream"
    }
  }
}

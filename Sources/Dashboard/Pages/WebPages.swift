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
    /// The same, compressed once; `nil` where that saves nothing.
    let compressed: ByteBuffer?
    let compressedTag: String

    init(_ data: Data, contentType: String) {
      self.contentType = contentType
      bytes = ByteBuffer(bytes: data)
      let digest = Data(SHA256.hash(data: data).prefix(12)).base64EncodedString()
      entityTag = "\"\(digest)\""
      // Another representation is another tag (RFC 9110 §8.8.3.3).
      compressedTag = "\"\(digest)-gzip\""
      compressed = Gzip.compress(Array(data)).flatMap { $0.count < data.count ? ByteBuffer(bytes: $0) : nil }
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
    "/", "/sign-in", "/ward", "/patients/{pseudonym}", "/patients/{pseudonym}/plan", "/acknowledge", "/alerts",
    "/alerts/{alert}", "/administration", "/administration/retention", "/keys", "/keys/devices/{device}", "/audit",
    "/account", "/access", "/reports",
  ]

  /// Libraries that are not ours: Debian installs them, nobody copies them, and what they are for says so where one is absent.
  package struct Vendor: Sendable {
    /// The name under `/web/`.
    package let name: String
    /// Where Debian's package puts it.
    package let path: String
    /// The package.
    package let package: String

    /// - Parameters:
    ///   - name: The name under `/web/`.
    ///   - path: Where the file is installed.
    ///   - package: The Debian package that installs it.
    package init(name: String, path: String, package: String) {
      self.name = name
      self.path = path
      self.package = package
    }
  }

  /// Chart.js 3, for the charts beside the ECG; fetched by the page when the first one is opened.
  package static let vendors = [
    Vendor(
      name: "vendor/chart.js", path: "/usr/share/javascript/chart.js/chart.min.js", package: "libjs-chart.js")
  ]

  private let pages: [String: Page]
  /// What is not installed here, by the name under `/web/`.
  private let absent: [String: Vendor]

  /// Everything of ours that is served under `/web/` beside the one page: the names of the bundle's files, sorted.
  package var files: [String] {
    pages.keys.filter { name in
      name != Self.start && name != Self.operations && !Self.vendors.contains { $0.name == name }
    }.sorted()
  }

  /// Every name under `/web/` that has an answer: our files, ``operations``, and other people's whether they are installed or not.
  package var names: [String] { files + [Self.operations] + Self.vendors.map(\.name) }

  /// The module that tells the pages where each operation is: made of ``Endpoint``, in no file.
  package static let operations = "operations.js"

  /// The one page.
  private static let start = "index.html"

  /// Reads the files from the resource bundle, and `vendors` from where they are installed.
  package init(vendors: [Vendor] = WebPages.vendors) throws {
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
    var absent: [String: Vendor] = [:]
    for vendor in vendors {
      if let data = try? Data(contentsOf: URL(filePath: vendor.path)) {
        pages[vendor.name] = Page(data, contentType: Self.contentType(vendor.name))
      } else {
        absent[vendor.name] = vendor
      }
    }
    pages[Self.operations] = try Page(operations: Endpoint.allCases)
    self.pages = pages
    self.absent = absent
  }

  /// What to install so that a library can be served; nil when it is served or not known.
  package func absence(of name: String) -> String? {
    absent[name].map { "Install the Debian package \($0.package) on the server." }
  }

  /// Answers a request for a file: compressed for whoever takes that, with 304 when the browser has it.
  func respond(_ name: String, to request: Request) throws -> Response {
    guard let page = pages[name] else {
      guard let sentence = absence(of: name) else { throw APIProblem.notFound }
      throw APIProblem(status: .notFound, code: "not-installed", reason: sentence)
    }
    let compressed = Gzip.isAccepted(request.headers[.acceptEncoding]) ? page.compressed : nil
    let tag = compressed == nil ? page.entityTag : page.compressedTag
    var headers: HTTPFields = [
      .contentType: page.contentType, .eTag: tag, .vary: "Accept-Encoding",
      // Kept, but asked about each time: the answer is 304 until the server is replaced.
      .cacheControl: "private, no-cache",
    ]
    if request.headers[.ifNoneMatch] == tag { return Response(status: .notModified, headers: headers) }
    if compressed != nil { headers[.contentEncoding] = "gzip" }
    let body = compressed ?? page.bytes
    headers[.contentLength] = "\(body.readableBytes)"
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
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

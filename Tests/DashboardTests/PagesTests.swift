import CZlib
import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

@Suite struct PagesTests {
  @Test(arguments: ["/", "/web/app.js", "/web/nothing.js", "/api/ward", "/api/nothing", "/patients/P-AAAA"])
  func everyAnswerIsHardened(path: String) async throws {
    let ward = try Ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let response = try await Browser().send(client, .get, path)
      let policy = try #require(response.headers[.contentSecurityPolicy])
      for part in [
        "default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'",
      ] {
        #expect(policy.contains(part))
      }
      #expect(!policy.contains("unsafe"))
      #expect(response.headers[.strictTransportSecurity]?.hasPrefix("max-age=63072000") == true)
      #expect(response.headers[.xContentTypeOptions] == "nosniff")
      #expect(response.headers[HTTPField.Name("Referrer-Policy")!] == "no-referrer")  // a valid token, never nil
      if path.hasPrefix("/api") { #expect(response.headers[.cacheControl] == "no-store") }
    }
  }

  @Test(arguments: [
    "/web/../index.html", "/web/..%2f..%2fPackage.swift", "/web/%2e%2e/%2e%2e/etc/passwd", "/web//etc/passwd",
    "/web/index.html", "/Web/app.js", "/web/app.js%00.css", "/web/",
  ])
  func nothingButTheTableIsServed(path: String) async throws {
    let ward = try Ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let response = try await Browser().send(client, .get, path)
      #expect(response.status == .notFound)
    }
  }

  @Test func filesComeOnce() async throws {
    let ward = try Ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      for file in try WebPages().files {
        let first = try await Browser().send(client, .get, "/web/\(file)")
        #expect(first.status == .ok && first.body.readableBytes > 0, "\(file)")
        let tag = try #require(first.headers[.eTag])
        let second = try await Browser().send(client, .get, "/web/\(file)", changing: [.ifNoneMatch: tag])
        #expect(second.status == .notModified && second.body.readableBytes == 0)
      }
    }
  }

  /// A library of Debian's is served from where it is installed, and named where it is not.
  @Test func librariesComeFromTheirPackages() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "library-\(UUID().uuidString).js")
    try Data("export {};".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let there = WebPages.Vendor(name: "vendor/there.js", path: file.path(percentEncoded: false), package: "libjs-there")
    let gone = WebPages.Vendor(name: "vendor/gone.js", path: "/nonexistent/gone.js", package: "libjs-gone")
    let pages = try WebPages(vendors: [there, gone])
    #expect(pages.absence(of: there.name) == nil)
    #expect(pages.absence(of: gone.name)?.contains("libjs-gone") == true)
    let ward = try Ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      for vendor in WebPages.vendors {
        let response = try await Browser().send(client, .get, "/web/\(vendor.name)")
        let isInstalled = FileManager.default.fileExists(atPath: vendor.path)
        #expect(response.status == (isInstalled ? .ok : .notFound))
        let text = String(buffer: response.body)
        #expect(text.contains(isInstalled ? "Chart.js v3" : vendor.package))
      }
    }
  }

  @Test func filesComeCompressedToWhoTakesThat() async throws {
    let ward = try Ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let plain = try await Browser().send(client, .get, "/web/app.js")
      let small = try await Browser().send(client, .get, "/web/app.js", changing: [.acceptEncoding: "br, gzip;q=0.5"])
      #expect(plain.headers[.contentEncoding] == nil && small.headers[.contentEncoding] == "gzip")
      #expect(plain.headers[.vary] == "Accept-Encoding" && small.headers[.vary] == "Accept-Encoding")
      #expect(small.body.readableBytes * 2 < plain.body.readableBytes)
      #expect(try Self.decompress(Array(small.body.readableBytesView)) == Array(plain.body.readableBytesView))
      // Each representation has a tag of its own, and is known by it alone.
      let tag = try #require(small.headers[.eTag])
      #expect(plain.headers[.eTag] != tag)
      let again = try await Browser().send(
        client, .get, "/web/app.js", changing: [.acceptEncoding: "gzip", .ifNoneMatch: tag])
      #expect(again.status == .notModified && again.body.readableBytes == 0)
      let other = try await Browser().send(client, .get, "/web/app.js", changing: [.ifNoneMatch: tag])
      #expect(other.status == .ok)
    }
  }

  @Test(arguments: [
    ("gzip", true), ("GZIP;q=0.2, br", true), ("*", true), ("gzip;q=0, *", false), ("br, deflate", false), ("", false),
    ("*;q=0", false), ("gzip;q=x", false), (";;,", false),
  ])
  func encodingsAreRead(header: String, isAccepted: Bool) {
    #expect(Gzip.isAccepted(header) == isAccepted)
  }

  private static func decompress(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    try #require(sb_gzip_inflate_init(&stream) == Z_OK)
    defer { inflateEnd(&stream) }
    var input = bytes
    var output = [UInt8](repeating: 0, count: 1 << 20)
    let code = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        stream.next_in = source.baseAddress
        stream.avail_in = UInt32(source.count)
        stream.next_out = target.baseAddress
        stream.avail_out = UInt32(target.count)
        return inflate(&stream, Z_FINISH)
      }
    }
    try #require(code == Z_STREAM_END)
    return Array(output.prefix(Int(stream.total_out)))
  }

  /// No inline code or style, no markup made of strings, nothing from elsewhere, every import served, and small enough.
  @Test func thePagesKeepTheirRules() throws {
    let files = try WebPages().files
    for file in files + ["index.html"] {
      let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../Sources/Dashboard/Web/\(file)")
      let text = try String(contentsOf: url, encoding: .utf8)
      for forbidden in [
        "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "style=\"", "onclick=\"",
      ] {
        #expect(!text.contains(forbidden), "\(file) has \(forbidden)")
      }
      let foreign = text.matches(of: /https?:\/\/[^\s"'`]+/).map { String($0.output) }.filter {
        !$0.hasPrefix("http://www.w3.org/")
      }
      #expect(foreign.isEmpty, "\(file) names \(foreign)")
      // The choice of the language is all that a browser keeps, and one module keeps it.
      #expect(
        !text.contains("localStorage") || ["strings.js", "kept-choice.js"].contains(file),
        "\(file) keeps something in the browser")
      for match in text.matches(of: /(?:from |import\()"\.\/([\w.\/-]+)"/) {
        #expect((files + [WebPages.operations]).contains(String(match.output.1)), "\(file) imports \(match.output.1)")
      }
    }
  }

  /// Whatever a page asks for is an operation of the document, by its name or by its address.
  @Test func whatPagesAskForExists() throws {
    let known = Dictionary(grouping: Endpoint.allCases) { "\($0.method) \(Self.plain($0.path))" }
    var found = 0
    for file in try WebPages().files where file.hasSuffix(".js") {
      let url = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../Sources/Dashboard/Web/\(file)")
      let text = try String(contentsOf: url, encoding: .utf8)
      for match in text.matches(of: /\brequest\(\s*"([A-Z]+)",\s*["`](\/[^"`?]*)/) {
        #expect(known["\(match.1) \(Self.plain(match.2))"] != nil, "\(file) asks \(match.1) \(match.2)")
        found += 1
      }
      for match in text.matches(of: /\bcall\(\s*"(\w+)"/) {
        #expect(Endpoint(rawValue: String(match.1)) != nil, "\(file) calls \(match.1)")
        found += 1
      }
    }
    #expect(found > 10)
  }

  /// A path with every parameter, `{name}` or `${…}`, as `*`.
  private static func plain(_ path: some StringProtocol) -> String {
    String(path).replacing(/\$?\{[^}]*\}/, with: "*")
  }
}

import Foundation

/// Finds mosquitto's dynamic-security plugin.
enum MosquittoPlugin {
  private static let name = "mosquitto_dynamic_security.so"
  /// Where Debian, other Linux distributions, a build of one's own and Homebrew put it; `*` is one folder.
  static let places = [
    "/usr/lib/*", "/usr/lib", "/usr/lib64", "/usr/lib/mosquitto", "/usr/local/lib", "/usr/local/lib/*",
    "/opt/homebrew/lib",
  ]

  /// The plugin at a path that was given, or where packages put it; `nil` if it is not there.
  static func find(_ given: String) -> String? {
    let files = FileManager.default
    if !given.isEmpty { return files.isReadableFile(atPath: given) ? given : nil }
    for place in places {
      var folders = [place]
      if place.hasSuffix("/*") {
        let parent = String(place.dropLast(2))
        let entries = (try? files.contentsOfDirectory(atPath: parent)) ?? []
        folders = entries.sorted().map { "\(parent)/\($0)" }
      }
      if let found = folders.map({ "\($0)/\(name)" }).first(where: files.isReadableFile(atPath:)) { return found }
    }
    return nil
  }
}

/// What somebody signed in with, as few words of ours: never the text that the browser sent.
package enum BrowserFamily {
  /// Most bytes of `User-Agent` that are looked at.
  private static let limit = 512

  /// The first that is found names the browser; many call themselves Chrome and Safari as well.
  private static let browsers = [
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
  ]
  private static let systems = [
    ("iPhone", "iOS"), ("iPad", "iPadOS"), ("Android", "Android"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
  ]

  /// `Firefox on Linux`; parts that are not known are left out, and nothing known is the empty text.
  package static func describe(_ userAgent: String?) -> String {
    guard let userAgent, userAgent.utf8.count <= limit else { return "" }
    let browser = browsers.first { userAgent.contains($0.0) }?.1
    let system = systems.first { userAgent.contains($0.0) }?.1
    return [browser, system].compactMap { $0 }.joined(separator: " on ")
  }
}

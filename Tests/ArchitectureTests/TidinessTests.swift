import Foundation
import Testing

/// Habits that a compiler does not check.
struct TidinessTests {
  @Test func noFileHoldsTwoConcepts() throws {
    for file in try Repository.swiftFiles(in: "Sources") {
      let lines = try Repository.text(file).split(separator: "\n", omittingEmptySubsequences: false).count
      #expect(lines <= 400, "\(file) has \(lines) lines")
    }
  }

  @Test func nothingIsLeftForLater() throws {
    let marks = ["TO" + "DO", "FIX" + "ME", "fatalError(\"unimpl", "not impl" + "emented"]
    for folder in ["Sources", "Tests"] {
      for file in try Repository.swiftFiles(in: folder) {
        let text = try Repository.text(file)
        for mark in marks { #expect(!text.contains(mark), "\(file) holds \(mark)") }
      }
    }
  }

  @Test func noTestSleeps() throws {
    for file in try Repository.swiftFiles(in: "Tests") {
      let text = try Repository.text(file)
      for mark in ["Task.sle" + "ep", "Thread.sle" + "ep", "usle" + "ep("] { #expect(!text.contains(mark), "\(file)") }
    }
  }

  @Test func noFolderIsAJunkDrawer() throws {
    let forbidden: Set = ["Utils", "Helpers", "Managers", "Util", "Helper", "Misc", "Common"]
    for file in try Repository.swiftFiles(in: "Sources") {
      #expect(forbidden.isDisjoint(with: file.split(separator: "/").map(String.init)), "\(file)")
    }
  }
}

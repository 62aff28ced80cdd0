import ArgumentParser
import Foundation
import Retention
import Store
import Wire

/// Places a legal hold.
struct RetentionHoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Hold what was recorded of a patient, or with a device; prints the hold's number.",
    discussion: """
      It counts at once, in a round that is going on too. The keys of a device are held in the vault, with
      `sealedbeat vault hold`: that holds its data as well.
      Times are ISO 8601, such as 2026-03-01T00:00:00Z; a session that lasted into the range is held whole.
      """)
  @OptionGroup var options: SettingsOptions
  @Option(help: ArgumentHelp("The patient.", valueName: "P-…")) var patient: String?
  @Option(help: "The device.") var device: String?
  @Option(help: "From when; with --device.") var from: String?
  @Option(help: "Until when; with --device.") var until: String?
  @Option(help: "Why: a reference, no name.") var reason: String
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard (patient == nil) != (device == nil) else { throw ValidationError("Name either --patient or --device.") }
    guard device != nil || (from == nil && until == nil) else {
      throw ValidationError("--from and --until belong to --device.")
    }
  }

  func run() async throws {
    let place = try await RetentionPlace(options.load(), writing: [.registry])
    let subject: RetentionHold.Subject
    if let patient {
      guard let pseudonym = Pseudonym(patient) else { throw ConfigurationFault("\(patient) is no pseudonym.") }
      subject = .patient(pseudonym)
    } else {
      guard let id = device.flatMap({ DeviceID($0) }) else { throw ConfigurationFault("That is no device name.") }
      subject = .device(id, from: try from.map(Self.time), until: try until.map(Self.time))
    }
    do {
      let hold = try await place.desk.place(
        subject, reason: reason, by: RetentionDesk.console, at: RetentionPlace.now())
      print(json ? try ["hold": hold.number].prettyJSON() : "\(hold.number)")
    } catch let refusal as RetentionRefusal {
      throw refusal.fault
    }
  }

  private static func time(_ text: String) throws -> UnixMicroseconds {
    guard let date = try? Date(text, strategy: .iso8601), date.timeIntervalSince1970 >= 0 else {
      throw ConfigurationFault("\(text) is no time such as 2026-03-01T00:00:00Z.")
    }
    return date.unixMicroseconds
  }
}

/// Ends a legal hold.
struct RetentionReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "End a hold; what it held may be deleted with the next round.")
  @OptionGroup var options: SettingsOptions
  @Argument(help: "Its number, as `show` prints it.") var hold: Int64
  @Option(help: "Why.") var reason: String

  func run() async throws {
    let place = try await RetentionPlace(options.load(), writing: [.registry])
    do {
      try await place.desk.release(hold, reason: reason, by: RetentionDesk.console, at: RetentionPlace.now())
      print("Hold \(hold) holds nothing any more.")
    } catch let refusal as RetentionRefusal {
      throw refusal.fault
    }
  }
}

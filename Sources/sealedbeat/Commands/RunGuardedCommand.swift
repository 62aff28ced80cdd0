import ArgumentParser
import Foundation
import Glibc
import MQTT

/// Becomes another program that ends with the supervisor. Only `sealedbeat up` uses it.
struct RunGuardedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run-guarded", abstract: "Become a program that ends with its supervisor.", shouldDisplay: false)

  @Argument(parsing: .captureForPassthrough) var command: [String]

  func run() throws {
    guard let program = command.first else { throw ValidationError("no program") }
    ParentWatch.endWithSupervisor()
    // mosquitto takes as many connections as it may have descriptors, and raises nothing itself.
    MQTTEventLoop.raiseDescriptorLimit()
    let arguments = command.map { strdup($0) } + [nil]
    execv(program, arguments)
    throw SupervisionFault("\(program) cannot be started: \(String(cString: strerror(errno))).")
  }
}

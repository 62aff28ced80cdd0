import ArgumentParser

/// A simulated ESP32: the firmware's own portable core on this machine.
struct DeviceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "device",
    abstract: "Be a device: the firmware's portable core with a recording or a synthetic heart at its electrodes.",
    discussion: """
      The first run enrols with the vault by the provisioning bundle that `sealedbeat vault claim` wrote; later runs need
      it no more. `provision` makes what a real board takes of such a bundle. What was sealed and has no receipt rests in STATE-DIR/outbox.log and is sent again at the next start.

      \(ExitStatus.help)
      """,
    subcommands: [DeviceRunCommand.self, DeviceFleetCommand.self, DeviceProvisionCommand.self])
}

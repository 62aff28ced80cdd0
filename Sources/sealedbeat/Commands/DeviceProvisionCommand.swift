import ArgumentParser
import DeviceHost
import Foundation
import Sealing

/// `sealedbeat device provision`: what a real board takes before its first boot.
struct DeviceProvisionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "provision", abstract: "Make a board's settings of a provisioning bundle and a Wi-Fi network.",
    discussion: """
      BUNDLE is what `sealedbeat vault claim` wrote. The Wi-Fi password is the first line of standard input, asked for on a \
      terminal; it is never an argument.

      'nvs' writes an image of the partition `nvs`, to be flashed beside the firmware: esptool.py write_flash 0x9000 FILE. \
      'console' writes one setting a line, to be sent to a running board's serial console.

      Both hold the password and the claim token. The file is for its owner alone (mode 0600): put it on a file system in \
      memory and remove it when the board has it. The token is worth nothing once it has been used.

        sealedbeat device provision ward-7.json --wifi-ssid "Ward 7" --output /dev/shm/ward-7.bin

      \(ExitStatus.help)
      """)

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case nvs
    case console
  }

  @Argument(help: "The provisioning bundle.")
  var bundle: String
  @Option(help: ArgumentHelp("The Wi-Fi network.", valueName: "name"))
  var wifiSsid: String
  @Flag(help: "The network has no password.")
  var openNetwork = false
  @Option(help: ArgumentHelp("Where the board looks for updates.", valueName: "https-url"))
  var updateURL: String?
  @Option(help: "An image of NVS, or lines for the console.")
  var format = Format.nvs
  @Option(help: ArgumentHelp("Bytes of the partition 'nvs' (partitions.csv has 65536).", valueName: "bytes"))
  var size = 0x10000
  @Option(
    help: ArgumentHelp("The file to write; lines for the console go to standard output without it.", valueName: "file"))
  var output: String?

  func validate() throws {
    guard output != nil || format == .console else { throw ValidationError("An image needs --output FILE.") }
  }

  func run() throws {
    let password = openNetwork ? nil : try PasswordInput.read(confirming: false)
    let settings = try DeviceSettings(
      bundle: ProvisioningBundle(file: bundle), ssid: wifiSsid,
      password: password.map { $0.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }, updateURL: updateURL)
    let bytes = format == .nvs ? try settings.nvsImage(size: size).bytes : Array(settings.consoleLines.utf8)
    if let output {
      try DeviceSettings.write(bytes, to: output)
    } else {
      FileHandle.standardOutput.write(Data(bytes))
    }
  }
}

import ArgumentParser
import KeyVault

/// Who outside the vault remembers its checkpoints.
struct VaultWitnessOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Append the audit log's signed checkpoints to this file, on another disk or host. If it has seen what this vault "
        + "no longer has, the vault does not open.", valueName: "file"))
  var witnessFile: String?

  @Option(help: ArgumentHelp("Post the audit log's signed checkpoints there.", valueName: "https://…"))
  var witnessUrl: String?

  @Option(help: ArgumentHelp("CA file (PEM) that signs the witness's certificate.", valueName: "file"))
  var witnessCa: String?

  @Flag(help: "Open a vault that was rolled back all the same, e.g. restored from a backup; the audit log shows it.")
  var acceptRollback = false

  /// What the witness's file says against the vault in a directory; `nil` if nothing, or if there is none.
  /// - Throws: `VaultError` unless that was accepted.
  func rollback(of directory: String, _ settings: Settings) throws -> WitnessRollback? {
    let file = witnessFile ?? settings[Keys.vaultWitnessFile]
    guard !file.isEmpty, KeyAuthority.exists(in: directory),
      let rollback = try WitnessRollback.find(directory: directory, file: file)
    else { return nil }
    guard acceptRollback else { throw rollback.refusal }
    return rollback
  }

  /// The witnesses that are configured.
  func sinks(_ settings: Settings) throws -> [any WitnessSink] {
    let file = witnessFile ?? settings[Keys.vaultWitnessFile]
    let url = witnessUrl ?? settings[Keys.vaultWitnessURL]
    let authority = witnessCa ?? settings[Keys.vaultWitnessCA]
    var sinks: [any WitnessSink] = []
    if !file.isEmpty { sinks.append(try WitnessFile(path: file)) }
    if !url.isEmpty { sinks.append(try WitnessHook(url: url, authorityFile: authority.isEmpty ? nil : authority)) }
    return sinks
  }
}

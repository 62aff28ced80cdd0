import ArgumentParser
import Decryptor
import Inference
import Store
import Telemetry

/// Opens chunks and seals what it finds in them.
struct DecryptorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decryptor", abstract: "Open chunks, find and classify beats, seal the findings.",
    discussion: """
      Needs the store and the key vault; its identity is svc.decryptor and its grants say whose sessions it may open.
      Several may run on one store when each has a decryptor.owner of its own.
      """)

  @OptionGroup var options: SettingsOptions

  func run() async throws {
    let settings = try options.load()
    let process = ServiceProcess("decryptor", settings: settings)
    let model = settings[Keys.modelFile]
    let judging: any BeatJudging
    do {
      let weights: ModelWeights = model.isEmpty ? .bundledDefault : .file(path: model)
      judging = try weights.loadJudging(threshold: Float(settings[Keys.abnormalThreshold]))
    } catch {
      throw ConfigurationFault("The model \(model.isEmpty ? "in this program" : model) cannot be used: \(error)")
    }
    let store = try await ServiceProcess.openStore(settings, writing: [.findings])
    let service = DecryptorService(
      configuration: DecryptorConfiguration(
        owner: settings[Keys.decryptorOwner], measuresStages: settings[Keys.measureStages]), chunks: store,
      findings: store,
      changes: store, keys: try ServiceProcess.vault(settings), model: judging, logger: process.logger)
    try await process.run([service], checks: [.init(name: "decryptor") { service.isReady }])
  }
}

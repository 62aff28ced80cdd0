import ArgumentParser

@main
struct SealedBeatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "sealedbeat")
}

import ArgumentParser

/// What is kept for how long, what is held, and what was deleted.
struct RetentionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retention", abstract: "Say how long data are kept, hold what must stay, see what goes.",
    discussion: """
      Recordings (ciphertext), findings (what was derived, and clinicians' marks) and alerts are each kept for a number of
      days. `retention serve` deletes what is older, once an hour, unless a legal hold covers it: one placed here, or one
      on the device's keys in the vault. A hold that cannot be read holds everything.

      A change that keeps less counts after \(7) days; until then it can be changed again. What happened stays on record.

      SEE FIRST
        sealedbeat retention show
        sealedbeat retention plan --days 30
        sealedbeat retention set --recordings 180 --dry-run
      """,
    subcommands: [
      RetentionShowCommand.self, RetentionPlanCommand.self, RetentionSetCommand.self, RetentionHoldCommand.self,
      RetentionReleaseCommand.self, RetentionHistoryCommand.self, RetentionRunCommand.self, RetentionServeCommand.self,
    ])
}

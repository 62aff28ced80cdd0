import ArgumentParser

/// What the exit codes mean (the names of sysexits.h where it has one).
enum ExitStatus {
  /// Everything asked for was done.
  static let success = ExitCode(0)
  /// Something was found wrong: an audit log, a check, an evaluation.
  static let findings = ExitCode(1)
  /// An input is malformed (EX_DATAERR).
  static let badData = ExitCode(65)
  /// A service, port or program that is needed is not there (EX_UNAVAILABLE).
  static let unavailable = ExitCode(69)
  /// A fault of ours (EX_SOFTWARE).
  static let software = ExitCode(70)
  /// Interrupted or incomplete; trying again may help (EX_TEMPFAIL).
  static let incomplete = ExitCode(75)
  /// A permission is missing (EX_NOPERM).
  static let noPermission = ExitCode(77)
  /// The configuration is wrong (EX_CONFIG).
  static let configuration = ExitCode(78)

  /// The table, for `--help`.
  static let help = """
    EXIT CODES
      0 done   1 a check found something   64 wrong usage   65 malformed input   69 something needed is not there
      70 internal fault   75 incomplete, try again   77 no permission   78 wrong configuration
    """
}

public import ArgumentParser
import Dashboard
import Foundation
import Glibc
import Sealing
public import Store

/// Manages who may sign in.
struct UserCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "Manage who may sign in to the dashboard.",
    subcommands: [Add.self, Password.self, Disable.self, Enable.self, List.self])

  struct Add: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add an account; the password is read from standard input or asked for.")
    @OptionGroup var options: SettingsOptions
    @Argument(help: "1 to 64 of a-z, 0-9, '.', '-' and '_'.") var name: String
    @Option(help: "clinician, administrator or auditor.") var role: Role

    func run() async throws {
      let password = try PasswordInput.read(confirming: true)
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      try await AccountAdministration(registry: store).create(name: name, role: role, password: password)
      print("\(name) may sign in as \(role.rawValue).")
    }
  }

  struct Password: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Set a new password.")
    @OptionGroup var options: SettingsOptions
    @Argument var name: String

    func run() async throws {
      let password = try PasswordInput.read(confirming: true)
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      try await AccountAdministration(registry: store).setPassword(of: name, to: password)
      print("\(name) has a new password.")
    }
  }

  struct Disable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Refuse sign-in.")
    @OptionGroup var options: SettingsOptions
    @Argument var name: String

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      try await AccountAdministration(registry: store).setDisabled(true, account: name)
      print("\(name) can no longer sign in.")
    }
  }

  struct Enable: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Allow sign-in again.")
    @OptionGroup var options: SettingsOptions
    @Argument var name: String

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [.registry])
      try await AccountAdministration(registry: store).setDisabled(false, account: name)
      print("\(name) may sign in again.")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List accounts.")
    @OptionGroup var options: SettingsOptions

    func run() async throws {
      let store = try await ServiceProcess.openStore(options.load(), writing: [])
      let accounts = try await store.accounts()
      if accounts.isEmpty { print("There are no accounts; `sealedbeat user add` makes one.") }
      for account in accounts {
        print("\(account.name)\t\(account.role.rawValue)\(account.isDisabled ? "\tdisabled" : "")")
      }
    }
  }
}

extension Role: ExpressibleByArgument {}

/// Reads a password without showing it.
private enum PasswordInput {
  /// Longest password in bytes.
  private static let limit = 1024

  static func read(confirming: Bool) throws -> SecretBytes {
    guard isatty(STDIN_FILENO) == 1 else { return try line() }
    let first = try ask("Password: ")
    if confirming {
      let second = try ask("Again: ")
      let isSame = first.withUnsafeBytes { left in second.withUnsafeBytes { right in left.elementsEqual(right) } }
      guard isSame else { throw ConfigurationFault("The two passwords differ.") }
    }
    return first
  }

  private static func ask(_ prompt: String) throws -> SecretBytes {
    FileHandle.standardError.write(Data(prompt.utf8))
    var before = termios()
    tcgetattr(STDIN_FILENO, &before)
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
    defer {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
      FileHandle.standardError.write(Data("\n".utf8))
    }
    return try line()
  }

  private static func line() throws -> SecretBytes {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(limit)
    defer { bytes.withUnsafeMutableBytes { explicit_bzero($0.baseAddress!, $0.count) } }
    var byte: UInt8 = 0
    while Glibc.read(STDIN_FILENO, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
      guard bytes.count < limit else { throw ConfigurationFault("A password has at most \(limit) bytes.") }
      bytes.append(byte)
    }
    guard !bytes.isEmpty else { throw ConfigurationFault("No password was given on standard input.") }
    return SecretBytes(copying: bytes)
  }
}

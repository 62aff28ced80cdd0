/// What an operator can choose of a decryptor.
public struct DecryptorConfiguration: Sendable, Hashable {
  /// The name under which sessions are claimed. A process of the same name takes its predecessor's sessions over at once; two
  /// processes that run at the same time need different names.
  public var owner: String
  /// Sessions are shared out among so many workers, each with a core's worth of work.
  public var workers: Int
  /// How long a claim lasts: after so long without a word another decryptor may take the session.
  public var lease: Duration
  /// Most sessions analysed at a time, over all workers; at some 16 KiB each, 8,192 take 128 MiB.
  public var maximumLiveSessions: Int
  /// A session without a new chunk for so long is put to rest: its keys and its state leave the memory.
  public var idleLimit: Duration
  /// How often the store is looked at when nobody tells of a change.
  public var pollInterval: Duration
  /// Whether the CPU time of each stage is measured: for benchmarks; it costs some clock readings a chunk.
  public var measuresStages: Bool

  /// States the choices; the defaults suit one machine.
  public init(
    owner: String = "decryptor", workers: Int = 1, lease: Duration = .seconds(60), maximumLiveSessions: Int = 8192,
    idleLimit: Duration = .seconds(300), pollInterval: Duration = .seconds(1), measuresStages: Bool = false
  ) {
    precondition(workers > 0 && maximumLiveSessions >= workers, "at least one worker, and a session for each")
    self.owner = owner
    self.workers = workers
    self.lease = lease
    self.maximumLiveSessions = maximumLiveSessions
    self.idleLimit = idleLimit
    self.pollInterval = pollInterval
    self.measuresStages = measuresStages
  }
}

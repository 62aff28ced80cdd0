/// What the WFDB readers accept at most, so that a hostile file costs bounded time and memory.
public enum WFDBLimits {
  /// Bytes of a header: real ones are below 4 KiB.
  public static let headerBytes = 65_536
  /// Signals of a record: a 12-lead ECG with Frank leads has 15.
  public static let signals = 64
  /// Samples of one signal: 100 hours at 1,000 Hz.
  public static let samplesPerSignal = 360_000_000
  /// Bytes of a signal file: 1 GiB.
  public static let signalFileBytes = 1 << 30
  /// Bytes of an annotation file: 64 MiB, some 30 million beats.
  public static let annotationFileBytes = 64 << 20
}

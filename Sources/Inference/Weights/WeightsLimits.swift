/// The bounds within which a weights file is believed.
public enum WeightsLimits {
  /// 16 MiB: forty times the reference network, and little enough that a wrong path cannot exhaust memory.
  public static let maximumFileBytes = 16 << 20
  /// 1 GiB: a million beats for the trainer.
  public static let maximumDatasetBytes = 1 << 30
  /// 64 KiB: a tensor's entry takes about 100 bytes, so this is several hundred entries.
  public static let maximumHeaderBytes = 64 << 10
  /// A network of this size has some tens of tensors.
  public static let maximumTensors = 256
  /// A convolution has three dimensions; images and batches would have five.
  public static let maximumDimensions = 6
  /// Bytes of a tensor's or metadata entry's name.
  public static let maximumNameBytes = 256
}

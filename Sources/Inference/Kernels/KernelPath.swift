internal import CInferenceKernels

/// The instruction set whose kernels a model runs on.
///
/// Weights are packed the same way for all of them. In float their results differ by rounding only (1e-5 in a probability of
/// the reference network, tested); the 8-bit layers agree to the bit.
public enum KernelPath: String, Sendable, CaseIterable {
  /// AVX-512 with VNNI: Intel since Ice Lake, AMD since Zen 4.
  case avx512
  /// AVX2 with FMA and AVX-VNNI: Intel's processors without AVX-512 since Alder Lake.
  case avxvnni
  /// AVX2 and FMA: nearly every x86-64 processor since 2013.
  case avx2
  /// 64-bit ARM.
  case neon
  /// What every machine of the architecture has.
  case plain

  /// Whether this build, this processor and its operating system can run it.
  public var isSupported: Bool { sb_kernels_for(code) != nil }

  /// The fastest that is supported.
  public static let best: KernelPath = allCases.first(where: \.isSupported) ?? .plain

  /// All that are supported, fastest first.
  public static var supported: [KernelPath] { allCases.filter(\.isSupported) }

  private var code: sb_kernel_path {
    switch self {
    case .avx512: SB_KERNEL_AVX512
    case .avxvnni: SB_KERNEL_AVXVNNI
    case .avx2: SB_KERNEL_AVX2
    case .neon: SB_KERNEL_NEON
    case .plain: SB_KERNEL_PLAIN
    }
  }

  /// - Precondition: ``isSupported``.
  var kernels: Kernels {
    guard let table = sb_kernels_for(code) else { preconditionFailure("this machine has no \(rawValue) kernels") }
    return Kernels(table: table)
  }
}

/// The functions of one path.
///
/// Unchecked Sendable: a table is a constant of the binary.
struct Kernels: @unchecked Sendable {
  fileprivate let table: UnsafePointer<sb_kernels>

  var functions: sb_kernels {
    @inline(__always) get { table.pointee }
  }
}

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The discrete Fourier transform of a power-of-two number of values (Cooley & Tukey 1965), in place.
enum FourierTransform {
  /// Transforms `real` + i·`imaginary`; both have the same power of two of values.
  static func forward(_ real: inout [Double], _ imaginary: inout [Double]) {
    let count = real.count
    precondition(count > 0 && count & (count - 1) == 0 && imaginary.count == count, "a power of two")
    var reversed = 0
    for index in 1..<max(count, 2) where count > 1 {
      var bit = count >> 1
      while reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
      if index < reversed {
        real.swapAt(index, reversed)
        imaginary.swapAt(index, reversed)
      }
    }
    var length = 2
    while length <= count {
      let half = length / 2
      for offset in 0..<half {
        let angle = -2 * Double.pi * Double(offset) / Double(length)
        let (cosine, sine) = (cos(angle), sin(angle))
        for top in stride(from: offset, to: count, by: length) {
          let bottom = top + half
          let re = real[bottom] * cosine - imaginary[bottom] * sine
          let im = real[bottom] * sine + imaginary[bottom] * cosine
          real[bottom] = real[top] - re
          imaginary[bottom] = imaginary[top] - im
          real[top] += re
          imaginary[top] += im
        }
      }
      length *= 2
    }
  }
}

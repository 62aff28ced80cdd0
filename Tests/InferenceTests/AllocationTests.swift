#if canImport(Glibc)
  import CAllocations
  import Inference
  import Testing

  /// Classifying is done on the path of every heartbeat: it asks nothing of the heap.
  @Suite struct AllocationTests {
    @Test func theCounterCounts() {
      let before = sb_allocations_of_this_thread()
      let memory = UnsafeMutableRawPointer.allocate(byteCount: 100, alignment: 64)
      memory.deallocate()
      #expect(sb_allocations_of_this_thread() > before)
    }

    @Test(arguments: ModelPrecision.allCases, KernelPath.supported)
    func classifyingAllocatesNothing(precision: ModelPrecision, path: KernelPath) throws {
      let classifier = try BeatClassifier(precision: precision, path: path)
      var scratch = classifier.makeScratch()
      let windows = (0..<(187 * 20)).map { Float(($0 * 7919) % 1009) }
      var probabilities = [Float](repeating: 0, count: 20)
      let allocations = windows.withUnsafeBufferPointer { windows in
        probabilities.withUnsafeMutableBufferPointer { probabilities in
          // What is made once, on first use, is not a beat's.
          probabilities[0] = classifier.classify(window: .init(rebasing: windows[..<187]), scratch: &scratch)
          let before = sb_allocations_of_this_thread()
          for _ in 0..<10 {
            probabilities[0] = classifier.classify(window: .init(rebasing: windows[..<187]), scratch: &scratch)
            classifier.classify(windows: windows, into: probabilities, scratch: &scratch)
          }
          return sb_allocations_of_this_thread() - before
        }
      }
      #expect(allocations == 0)
      #expect(probabilities.allSatisfy { (0...1).contains($0) })
    }
  }
#endif

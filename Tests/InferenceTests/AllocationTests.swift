#if canImport(Glibc)
  import CAllocations
  import Cardio
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

    @Test func describingAndJudgingABeatAllocatesNothing() throws {
      let model = try DefaultModel(ModelWeights.bundledDefault.load())
      var scratch = model.makeScratch()
      var patient = PatientContext()
      var context = BeatContext()
      let window = try #require(BeatWindow(samples: (0..<BeatWindow.count).map { Float(($0 * 7919) % 1009) }))
      let beat = SegmentedBeat(
        beat: Beat(position: 0, amplitude: Microvolts(1), rrSeconds: 0.8, quality: 1), window: window, previousRR: 0.8,
        nextRR: 0.8)
      func judge() -> Float {
        patient.describe(beat, into: &context)
        return model.probabilities(of: context, scratch: &scratch)[.normal]
      }
      // Until the normal beat is learnt and the rhythm's memory full.
      for _ in 0..<100 { _ = judge() }
      let before = sb_allocations_of_this_thread()
      var sum: Float = 0
      for _ in 0..<100 { sum += judge() }
      #expect(sb_allocations_of_this_thread() == before)
      #expect(sum > 0)
    }
  }
#endif

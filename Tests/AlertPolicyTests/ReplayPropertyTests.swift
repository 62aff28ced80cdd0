import AlertPolicy
import Findings
import Foundation
import RhythmScripts
import Store
import Testing

@Suite("Whatever happens, the same findings give the same alerts")
struct ReplayPropertyTests {
  /// A session of random stretches.
  private func script(_ random: inout SplitMix) -> RhythmScript {
    var script = RhythmScript()
    script.rhythm(20, rate: 70)
    for _ in 0..<12 {
      let length = Double(10 + random.below(120))
      switch random.below(14) {
      case 0: script.rhythm(length, rate: Double(40 + random.below(140)))
      case 1: script.rhythm(length, rate: 75, abnormalEvery: 1 + random.below(6))
      case 2: script.leadOff(length / 3)
      case 3: script.silence(Double(2 + random.below(14)))
      case 4: script.pause(2 + Double(random.below(50)) / 10)
      case 6: script.beats(["NV", "NNV", "NNNNVV", "NNNNNNVVV"][random.below(4)], length, rate: 85)
      case 7: script.beats("VVVV", rate: Double(60 + random.below(140)))
      case 8: script.waveform(length / 4, ventricular: Double(random.below(11)) / 10)
      case 9: script.fibrillation(length, probability: Double(random.below(11)) / 10)
      case 10: script.beats("SSSSSS", rate: 140)
      case 5: script.rhythm(length, rate: 160, quality: 0.1)
      default: script.rhythm(length, rate: Double(55 + random.below(50)))
      }
    }
    script.rhythm(30, rate: 70)
    return script
  }

  @Test("cut anywhere, stored, read again from an earlier position", arguments: 0..<16)
  func replay(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    let findings = script(&random).findings()
    let configuration = AlertPolicyConfiguration()
    var whole = PolicyMachine(reference: Names.reference, configuration: configuration)
    let expected = findings.flatMap { whole.evaluate($0, under: configuration, now: 1) }

    var machine = PolicyMachine(reference: Names.reference, configuration: configuration)
    var actions: [PolicyAction] = []
    var index = 0
    while index < findings.count {
      let stored = try JSONEncoder().encode(machine)
      let next = min(findings.count, index + 1 + random.below(60))
      let isCommitted = random.below(3) > 0
      let decided = findings[index..<next].flatMap {
        machine.evaluate($0, under: configuration, now: UInt64(random.below(1000)))
      }
      if isCommitted {
        actions += decided
        index = next
        // Findings that were evaluated already change nothing.
        for finding in findings[max(0, index - 5)..<index] {
          #expect(machine.evaluate(finding, under: configuration, now: 1).isEmpty)
        }
      } else {
        machine = try JSONDecoder().decode(PolicyMachine.self, from: stored)
      }
    }
    #expect(actions == expected)
  }

  @Test("alerts of a rule never overlap, and no name is used twice", arguments: 100..<116)
  func episodes(seed: Int) {
    var random = SplitMix(state: UInt64(seed))
    let actions = decisions(script(&random))
    var active: [AlertRule: AlertID] = [:]
    var names: Set<AlertID> = []
    for action in actions {
      let episode = action.episode
      switch action {
      case .open:
        #expect(active.updateValue(episode.id, forKey: episode.body.rule) == nil)
        #expect(names.insert(episode.id).inserted)
        #expect(!episode.body.explanation.isEmpty)
      case .update: #expect(active[episode.body.rule] == episode.id)
      case .resolve:
        #expect(active.removeValue(forKey: episode.body.rule) == episode.id)
        #expect((episode.body.end ?? 0) >= episode.body.onset)
      case .remind: Issue.record("findings alone remind nobody")
      }
    }
  }

  @Test("the state of a session stays small")
  func size() throws {
    var random = SplitMix(state: 7)
    let configuration = AlertPolicyConfiguration()
    var machine = PolicyMachine(reference: Names.reference, configuration: configuration)
    var largest = 0
    for finding in script(&random).findings() {
      _ = machine.evaluate(finding, under: configuration, now: 1)
      guard finding.sequence.isMultiple(of: 25) else { continue }
      largest = max(largest, try JSONEncoder().encode(machine).count)
    }
    #expect(largest < 16_384)
  }
}

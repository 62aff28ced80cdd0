import Cardio
import Inference
import Testing

@Suite("Class statistics in the manner of EC57")
struct ClassStatisticsTests {
  private func confusion(_ text: String) -> ConfusionMatrix {
    BeatTally(MadePredictions.named(text), threshold: 0.5).confusion
  }

  @Test("hand-made pairs have known scores")
  func known() {
    // V: 3 right, 1 called N, 1 missed, 1 unreadable; 1 N, 1 S and 1 false beat called V.
    let matrix = confusion("V>V V>V V>V V>N V>x V>? N>V S>V .>V N>N N>N S>S")
    let ventricular = ClassStatistics(.ventricular, in: matrix)
    #expect(ventricular.support == 6)
    #expect(ventricular.sensitivity == 3.0 / 6)
    #expect(ventricular.positivePredictivity == 3.0 / 6)
    #expect(ventricular.f1 == 0.5)
    let supraventricular = ClassStatistics(.supraventricular, in: matrix)
    #expect(supraventricular.sensitivity == 0.5 && supraventricular.positivePredictivity == 1)
    let normal = ClassStatistics(.normal, in: matrix)
    #expect(normal.support == 3 && normal.sensitivity == 2.0 / 3 && normal.positivePredictivity == 2.0 / 3)
    // Nine beats were annotated, found and read; six rightly.
    #expect(matrix.accuracy == 6.0 / 9)
  }

  @Test("fusion and unclassifiable beats called V are neither right nor wrong, unclassifiable ones called S neither")
  func exempt() {
    let matrix = confusion("V>V F>V Q>V S>S Q>S F>S V>S")
    #expect(ClassStatistics(.ventricular, in: matrix).positivePredictivity == 1)
    #expect(ClassStatistics(.ventricular, in: matrix).sensitivity == 0.5)
    // One S rightly, one F and one V wrongly.
    #expect(ClassStatistics(.supraventricular, in: matrix).positivePredictivity == 1.0 / 3)
    // EC57 says nothing of F: everything counts.
    #expect(ClassStatistics(.fusion, in: matrix).sensitivity == 0)
    #expect(ClassStatistics(.fusion, in: matrix).positivePredictivity == nil)
    #expect(ClassStatistics(.fusion, in: matrix).f1 == 0)
  }

  @Test("what cannot be said is absent")
  func undefined() {
    let none = ClassStatistics(.ventricular, in: confusion("N>N"))
    #expect(none.sensitivity == nil && none.positivePredictivity == nil && none.f1 == nil && none.support == 0)
    let withoutClasses = BeatTally(MadePredictions.scored([(true, 0.9), (false, 0.1)]), threshold: 0.5).confusion
    #expect(!withoutClasses.hasClasses && withoutClasses.accuracy == nil)
    let statistics = ClassStatistics(.ventricular, in: withoutClasses)
    #expect(statistics.support == 1 && statistics.sensitivity == nil)
  }

  @Test("rows and columns add up to all beats, also when records are added")
  func totals() {
    var matrix = confusion("V>V N>N .>V V>x S>?")
    matrix.add(confusion("V>V Q>F"), times: 3)
    let rows = BeatClass.allCases.reduce(matrix.total(of: .none)) { $0 + matrix.total(of: .beat($1)) }
    let columns = BeatClass.allCases.reduce(matrix.total(answered: .missed) + matrix.total(answered: .unreadable)) {
      $0 + matrix.total(answered: .beat($1))
    }
    #expect(rows == 11 && columns == 11)
    #expect(matrix[.beat(.ventricular), .beat(.ventricular)] == 4)
  }
}

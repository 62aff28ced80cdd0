import Cardio
import Testing

@Suite("WFDB record")
struct WFDBRecordTests {
  private func record(_ header: String, _ files: [String: [UInt8]]) throws(WFDBError) -> WFDBRecord {
    let parsed = try WFDBHeader(parsing: Array(header.utf8), file: "x.hea")
    return try WFDBRecord(header: parsed) { (name) throws(WFDBError) in
      guard let bytes = files[name] else { throw WFDBError(code: .unreadableFile, reason: "absent", file: name) }
      return bytes
    }
  }

  @Test("format 212 packs two samples of 12 bits in three bytes")
  func format212() throws {
    // 1 and −2; 2047 and −2048.
    let bytes: [UInt8] = [0x01, 0xf0, 0xfe, 0xff, 0x87, 0x00]
    let one = try record("x 1 360 4\nx.dat 212 200 12 0\n", ["x.dat": bytes])
    #expect(one.samples == [[1, -2, 2047, -2048]])
    let two = try record("x 2 360 2\nx.dat 212 200 12 0 1 2048\nx.dat 212 200 12 0 -2 -2050\n", ["x.dat": bytes])
    #expect(two.samples == [[1, 2047], [-2, -2048]])
  }

  @Test("an odd number of samples in format 212 needs only two bytes for the last")
  func oddFormat212() throws {
    let bytes: [UInt8] = [0x01, 0xf0, 0xfe, 0xff, 0x07]
    for header in ["x 1 360 3\nx.dat 212\n", "x 1 360\nx.dat 212\n"] {
      let read = try record(header, ["x.dat": bytes])
      #expect(read.samples == [[1, -2, 2047]])
    }
  }

  @Test("format 16, a byte offset, and signals in files of their own")
  func format16() throws {
    let result = try record(
      "x 2 300 2\na.mat 16+3 1000/mV 16 0 1 -1\nb.dat 16 1/uV\n",
      ["a.mat": [9, 9, 9, 0x01, 0x00, 0xfe, 0xff], "b.dat": [0xff, 0x7f, 0x00, 0x80]])
    #expect(result.samples == [[1, -2], [32_767, -32_768]])
    let first = try result.microvolts(signal: 0)
    #expect(first == [1, -2])
    // −32768 means "no sample": its predecessor is held.
    let second = try result.microvolts(signal: 1)
    #expect(second == [32_767, 32_767])
  }

  @Test("a MATLAB file of the Challenge of 2017 is read: a header of its own, a checksum never computed")
  func challenge2017() throws {
    let matrix: [UInt8] = [30, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0] + Array("val\0".utf8)
    let result = try record(
      "A00001 1 300 3 05:05:15 1/05/2000 \nA00001.mat 16+24 1000/mV 16 0 -127 0 0 ECG \n",
      ["A00001.mat": matrix + [0x81, 0xff, 0x7e, 0xff, 0x10, 0x00]])
    #expect(result.samples == [[-127, -130, 16]])
    #expect(try result.microvolts(signal: 0) == [-127, -130, 16])
  }

  @Test("gain, baseline and units give microvolts")
  func units() throws {
    let bytes: [UInt8] = [0xe8, 0x03, 0x00, 0x00]
    let millivolts = try record("x 1\nx.dat 16 200(900)/mV\n", ["x.dat": bytes]).microvolts(signal: 0)
    #expect(millivolts == [500, -4_500])
    let volts = try record("x 1\nx.dat 16 10/V 12 990\n", ["x.dat": bytes]).microvolts(signal: 0)
    #expect(volts == [1e6, -9.9e7])
    let pressure = try record("x 1\nx.dat 16 10/mmHg\n", ["x.dat": bytes])
    #expect(throws: WFDBError(code: .unsupported, reason: "", file: "")) { try pressure.microvolts(signal: 0) }
    #expect(throws: WFDBError(code: .malformedHeader, reason: "", file: "")) { try pressure.microvolts(signal: 1) }
  }

  @Test("a wrong checksum, a short file, an absent one, and signals that disagree are refused")
  func refusals() {
    let bytes: [UInt8] = [1, 0, 2, 0]
    func code(_ header: String) -> WFDBError.Code? {
      do {
        _ = try record(header, ["x.dat": bytes])
        return nil
      } catch { return error.code }
    }
    #expect(code("x 1 360 2\nx.dat 16 200 12 0 1 3\n") == nil)
    #expect(code("x 1 360 2\nx.dat 16 200 12 0 1 4\n") == .checksumMismatch)
    // 0 stands for "not summed" in the headers of MATLAB files.
    #expect(code("x 1 360 2\nx.dat 16 200 12 0 1 0\n") == nil)
    #expect(code("x 1 360 3\nx.dat 16\n") == .malformedData)
    #expect(code("x 1 360 2\nx.dat 16+5\n") == .malformedData)
    #expect(code("x 1 360 2\ny.dat 16\n") == .unreadableFile)
    #expect(code("x 2 360 1\nx.dat 16\nx.dat 212\n") == .malformedHeader)
  }

  @Test("no signal file of any size crashes the reader")
  func sizes() {
    for size in 0..<40 {
      for format in ["16", "212", "16+7"] {
        for signals in 1...3 {
          let header =
            "x \(signals) 360\n" + String(repeating: "x.dat \(format)\n", count: signals)
          _ = try? record(header, ["x.dat": [UInt8](repeating: 0xa5, count: size)])
        }
      }
    }
  }
}

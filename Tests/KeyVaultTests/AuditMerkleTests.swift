import KeyVault
import Testing
import Wire

@Suite("The audit log's Merkle tree")
struct AuditMerkleTests {
  /// The test data of the Certificate Transparency implementations of RFC 6962.
  private static let leaves = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
  ]
  private static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]
  private static let firstPathOfEight = [
    "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
  ]

  /// RFC 6962 §2.1 word for word, on leaves that are numbers.
  private final class Naive {
    let leaves: [AuditHash]
    private var known: [Range<Int>: AuditHash] = [:]

    init(_ leaves: [AuditHash]) { self.leaves = leaves }

    convenience init(count: Int) { self.init((0..<count).map { .leaf([UInt8($0 >> 8), UInt8($0 & 255)]) }) }

    func split(_ count: Int) -> Int {
      var power = 1
      while power * 2 < count { power *= 2 }
      return power
    }

    func hash(_ range: Range<Int>) -> AuditHash {
      if range.isEmpty { return .empty }
      if range.count == 1 { return leaves[range.lowerBound] }
      if let hash = known[range] { return hash }
      let middle = range.lowerBound + split(range.count)
      let hash = AuditHash.node(hash(range.lowerBound..<middle), hash(middle..<range.upperBound))
      known[range] = hash
      return hash
    }

    func path(_ index: Int, _ range: Range<Int>) -> [AuditHash] {
      guard range.count > 1 else { return [] }
      let middle = range.lowerBound + split(range.count)
      return index < middle
        ? path(index, range.lowerBound..<middle) + [hash(middle..<range.upperBound)]
        : path(index, middle..<range.upperBound) + [hash(range.lowerBound..<middle)]
    }

    func proof(_ older: Int, _ range: Range<Int>, _ isWhole: Bool = true) -> [AuditHash] {
      if older == range.count { return isWhole ? [] : [hash(range)] }
      let half = split(range.count)
      let middle = range.lowerBound + half
      return older <= half
        ? proof(older, range.lowerBound..<middle, isWhole) + [hash(middle..<range.upperBound)]
        : proof(older - half, middle..<range.upperBound, false) + [hash(range.lowerBound..<middle)]
    }

    func tree(_ size: Int) -> MerkleTree {
      MerkleTree(size: UInt64(size)) { level, number in
        self.hash(Int(number) << level..<Int(number + 1) << level)
      }
    }
  }

  @Test("The known vectors of RFC 6962 implementations")
  func vectors() throws {
    var range = MerkleRange()
    #expect(range.root.hex == Self.roots[0])
    for (index, leaf) in Self.leaves.enumerated() {
      range.append(.leaf(try #require([UInt8](hex: leaf))))
      #expect(range.root.hex == Self.roots[index + 1])
    }
    let naive = Naive(try Self.leaves.map { .leaf(try #require([UInt8](hex: $0))) })
    #expect(try naive.tree(8).inclusionPath(of: 0).map(\.hex) == Self.firstPathOfEight)
  }

  @Test("Appending gives the recursive definition's root, peaks and subtrees, for all sizes up to 200")
  func appending() throws {
    let naive = Naive(count: 200)
    var range = MerkleRange()
    var nodes = 0
    for (index, leaf) in naive.leaves.enumerated() {
      range.append(leaf) { level, number, hash in
        nodes += 1
        #expect(hash == naive.hash(Int(number) << level..<Int(number + 1) << level))
      }
      let size = index + 1
      #expect(range.root == naive.hash(0..<size))
      #expect(try naive.tree(size).root() == range.root)
      let again = try #require(MerkleRange(count: UInt64(size), peaks: range.encodedPeaks))
      #expect(again.root == range.root)
    }
    #expect(nodes == 200 - 200.nonzeroBitCount)
    #expect(MerkleRange(count: 3, peaks: [UInt8](repeating: 0, count: 32)) == nil)
  }

  @Test("Every inclusion proof up to 200 leaves is that of the definition, and holds for its leaf alone")
  func inclusion() throws {
    let naive = Naive(count: 200)
    for size in 1...200 {
      let root = naive.hash(0..<size)
      for index in 0..<size {
        let path = try naive.tree(size).inclusionPath(of: UInt64(index))
        let leaf = naive.leaves[index]
        guard path == naive.path(index, 0..<size),
          MerkleProof.includes(leaf: leaf, index: UInt64(index), size: UInt64(size), path: path, root: root),
          !MerkleProof.includes(
            leaf: .leaf([1, 2, 3]), index: UInt64(index), size: UInt64(size), path: path, root: root),
          !MerkleProof.includes(
            leaf: leaf, index: UInt64(index), size: UInt64(size), path: path + [root], root: root),
          size == 1
            || !MerkleProof.includes(
              leaf: leaf, index: UInt64((index + 1) % size), size: UInt64(size), path: path, root: root),
          path.isEmpty
            || !MerkleProof.includes(
              leaf: leaf, index: UInt64(index), size: UInt64(size), path: path.dropLast(), root: root)
        else {
          Issue.record("leaf \(index) of \(size)")
          continue
        }
      }
      #expect(!MerkleProof.includes(leaf: root, index: UInt64(size), size: UInt64(size), path: [], root: root))
    }
  }

  @Test("Every consistency proof up to 200 leaves is that of the definition, and holds for its two trees alone")
  func consistency() throws {
    let naive = Naive(count: 200)
    for newer in 0...200 {
      let root = naive.hash(0..<newer)
      for older in 0...newer {
        let path = try naive.tree(newer).consistencyPath(from: UInt64(older))
        let olderRoot = naive.hash(0..<older)
        let definition = older == 0 ? [] : naive.proof(older, 0..<newer)
        func extends(_ olderRoot: AuditHash, _ root: AuditHash, _ path: [AuditHash]) -> Bool {
          MerkleProof.extends(older: UInt64(older), olderRoot, newer: UInt64(newer), root, path: path)
        }
        guard path == definition, extends(olderRoot, root, path), !extends(.leaf([9]), root, path),
          older == 0 || older == newer || !extends(olderRoot, .leaf([9]), path),
          !extends(olderRoot, root, path + [root]),
          path.isEmpty || !extends(olderRoot, root, path.dropLast())
        else {
          Issue.record("\(older) of \(newer)")
          continue
        }
      }
    }
  }
}

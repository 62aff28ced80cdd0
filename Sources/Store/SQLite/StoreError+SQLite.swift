import Foundation
import GRDB

extension StoreError {
  /// Translates what SQLite reports (<https://www.sqlite.org/rescode.html>). The text never holds a row's content.
  init(sqlite error: any Error, file: String) {
    if let known = error as? StoreError {
      self = known
      return
    }
    guard let error = error as? DatabaseError else {
      self.init(.io, "\(file): \(type(of: error))")
      return
    }
    switch (error.resultCode, error.extendedResultCode) {
    case (.SQLITE_FULL, _), (_, .SQLITE_IOERR_SHMSIZE):
      self.init(.diskFull, "\(file): no space is left; nothing was committed; free space and it goes on")
    case (.SQLITE_CORRUPT, _), (.SQLITE_NOTADB, _):
      self.init(.corrupt, "\(file) is damaged: stop the services, keep a copy, restore it from a backup")
    case (.SQLITE_BUSY, _), (.SQLITE_LOCKED, _):
      self.init(.busy, "\(file): another process holds the write lock")
    case (.SQLITE_CANTOPEN, _), (.SQLITE_PERM, _), (.SQLITE_READONLY, _), (.SQLITE_AUTH, _):
      self.init(.cannotOpen, "\(file): \(error.resultCode)")
    default:
      self.init(.io, "\(file): SQLite \(error.extendedResultCode.rawValue)")
    }
  }

  /// Translates an error of the operating system.
  init(errno code: Int32, _ place: String) {
    let text = "\(place): \(String(cString: strerror(code)))"
    self.init(code == ENOSPC || code == EDQUOT ? .diskFull : .cannotOpen, text)
  }
}

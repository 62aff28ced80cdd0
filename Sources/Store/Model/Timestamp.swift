/// Unix time in microseconds.
public typealias UnixMicroseconds = UInt64

/// A position in a table's stream of changes: larger is later. 0 is before everything.
public typealias Revision = Int64

/// The tables of the audit log. `docs/security/audit.md` describes them byte for byte.
enum AuditSchema {
  static let tables = """
    CREATE TABLE audit (seq INTEGER PRIMARY KEY, entry BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
    CREATE TABLE audit_head (
      id INTEGER PRIMARY KEY CHECK (id = 1), count INTEGER NOT NULL, hash BLOB NOT NULL, root BLOB NOT NULL,
      time INTEGER NOT NULL, vault BLOB NOT NULL, signature BLOB NOT NULL, peaks BLOB NOT NULL
    ) STRICT;
    CREATE TABLE audit_checkpoint (
      count INTEGER PRIMARY KEY, hash BLOB NOT NULL, root BLOB NOT NULL, time INTEGER NOT NULL, vault BLOB NOT NULL,
      signature BLOB NOT NULL
    ) STRICT;
    CREATE TABLE audit_node (
      level INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, number)
    ) STRICT, WITHOUT ROWID;
    """
}

internal import GRDB

/// The tables of a vault. A migration, once released, never changes.
enum VaultSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1 keys, devices, claims, grants, audit") { database in
      try database.execute(sql: Self.first)
      try database.execute(sql: AuditSchema.tables)
    }
    return migrator
  }

  private static let first = """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE own_key (
      name TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL, wrapped BLOB NOT NULL,
      certificate BLOB, created INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE device (
      name TEXT PRIMARY KEY, enrolled INTEGER NOT NULL, serial BLOB NOT NULL, certificate BLOB NOT NULL,
      pending INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE device_key (
      device TEXT NOT NULL REFERENCES device (name), version INTEGER NOT NULL, state TEXT NOT NULL,
      wrapped BLOB NOT NULL, created INTEGER NOT NULL, activated INTEGER, deactivated INTEGER, last_used INTEGER,
      uses INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (device, version)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE claim (
      id INTEGER PRIMARY KEY, device TEXT NOT NULL, token_hash BLOB NOT NULL UNIQUE, created INTEGER NOT NULL,
      expires INTEGER NOT NULL, used INTEGER, used_digest BLOB, revoked INTEGER
    ) STRICT;
    CREATE INDEX claim_device ON claim (device);
    CREATE TABLE access_grant (
      id INTEGER PRIMARY KEY, service TEXT NOT NULL, device TEXT NOT NULL, purpose TEXT NOT NULL,
      created INTEGER NOT NULL, expires INTEGER, UNIQUE (service, device, purpose)
    ) STRICT;
    CREATE TABLE service_certificate (
      serial BLOB PRIMARY KEY, service TEXT NOT NULL, issued INTEGER NOT NULL, expires INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    """
}

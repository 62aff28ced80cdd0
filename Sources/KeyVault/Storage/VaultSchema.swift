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

    -- Keys. `kek` is the version of the key that wraps: of the root for tenant-kek and backup, of tenant-kek for all others.
    CREATE TABLE own_key (
      name TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL, kek INTEGER NOT NULL, wrapped BLOB,
      certificate BLOB, created INTEGER NOT NULL, activated INTEGER, due INTEGER, deactivated INTEGER,
      compromised INTEGER, destroyed INTEGER, last_used INTEGER, uses INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (name, version)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE device (
      name TEXT PRIMARY KEY, enrolled INTEGER NOT NULL, serial BLOB NOT NULL, certificate BLOB NOT NULL,
      expires INTEGER NOT NULL, identity INTEGER NOT NULL DEFAULT 1, pending INTEGER, revoked INTEGER, reinstated INTEGER,
      revoked_version INTEGER NOT NULL DEFAULT 0, access_revision INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX device_access ON device (access_revision);
    CREATE INDEX device_revoked ON device (name) WHERE revoked_version > 0 OR revoked IS NOT NULL;
    CREATE TABLE device_key (
      device TEXT NOT NULL REFERENCES device (name), version INTEGER NOT NULL, state TEXT NOT NULL,
      kek INTEGER NOT NULL, wrapped BLOB, created INTEGER NOT NULL, activated INTEGER, due INTEGER,
      deactivated INTEGER, compromised INTEGER, destroyed INTEGER, last_used INTEGER,
      uses INTEGER NOT NULL DEFAULT 0, sessions INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (device, version)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX device_key_due ON device_key (due) WHERE state = 'active';
    CREATE TABLE transition (
      id INTEGER PRIMARY KEY, key TEXT NOT NULL, event TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL,
      time INTEGER NOT NULL, actor TEXT NOT NULL, reason TEXT NOT NULL
    ) STRICT;
    CREATE INDEX transition_key ON transition (key, id);

    -- Sessions whose keys were asked for: none has two IVs, and no IV has two sessions under one key.
    CREATE TABLE session (
      device TEXT NOT NULL, session BLOB NOT NULL, version INTEGER NOT NULL, iv BLOB NOT NULL, first INTEGER NOT NULL,
      PRIMARY KEY (device, session)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX session_iv ON session (device, version, iv);

    -- Who may do what.
    CREATE TABLE claim (
      id INTEGER PRIMARY KEY, device TEXT NOT NULL, token_hash BLOB NOT NULL UNIQUE, created INTEGER NOT NULL,
      expires INTEGER NOT NULL, used INTEGER, used_digest BLOB, revoked INTEGER
    ) STRICT;
    CREATE INDEX claim_device ON claim (device);
    CREATE INDEX claim_open ON claim (id) WHERE used IS NULL AND revoked IS NULL;
    CREATE TABLE access_grant (
      id INTEGER PRIMARY KEY, service TEXT NOT NULL, device TEXT NOT NULL, purpose TEXT NOT NULL,
      created INTEGER NOT NULL, expires INTEGER, UNIQUE (service, device, purpose)
    ) STRICT;
    CREATE TABLE service_certificate (
      serial BLOB PRIMARY KEY, service TEXT NOT NULL, issued INTEGER NOT NULL, expires INTEGER NOT NULL,
      replaced INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE person (
      name TEXT PRIMARY KEY, role TEXT NOT NULL, serial BLOB NOT NULL, certificate BLOB NOT NULL,
      added INTEGER NOT NULL, removed INTEGER
    ) STRICT, WITHOUT ROWID;

    -- What needs two people, and what waits.
    CREATE TABLE proposal (
      id INTEGER PRIMARY KEY, operation TEXT NOT NULL, object TEXT NOT NULL, parameters BLOB NOT NULL,
      reason TEXT NOT NULL, proposer TEXT NOT NULL, proposed INTEGER NOT NULL, expires INTEGER NOT NULL,
      approver TEXT, approved INTEGER, withdrawn INTEGER, carried_out INTEGER
    ) STRICT;
    CREATE INDEX proposal_open ON proposal (id) WHERE withdrawn IS NULL AND carried_out IS NULL;
    CREATE TABLE destruction (
      id INTEGER PRIMARY KEY, device TEXT NOT NULL, through INTEGER NOT NULL, reason TEXT NOT NULL, proposer TEXT NOT NULL,
      approver TEXT NOT NULL, scheduled INTEGER NOT NULL, due INTEGER NOT NULL, observed_due INTEGER NOT NULL,
      used_meanwhile INTEGER, cancelled INTEGER, carried_out INTEGER, certificate BLOB
    ) STRICT;
    CREATE UNIQUE INDEX destruction_pending ON destruction (device) WHERE cancelled IS NULL AND carried_out IS NULL;
    CREATE TABLE legal_hold (
      device TEXT PRIMARY KEY, reason TEXT NOT NULL, actor TEXT NOT NULL, since INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE backup (
      id INTEGER PRIMARY KEY, made INTEGER NOT NULL, key_version INTEGER NOT NULL, entries INTEGER NOT NULL,
      actor TEXT NOT NULL
    ) STRICT;
    """
}

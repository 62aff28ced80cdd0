import GRDB

/// The tables of each file, as the list of steps that lead to them. `user_version` counts the steps a file has taken.
enum Schema {
  /// Brings a file up to date; returns the version it had, or `nil` when nothing was to be done.
  static func migrate(_ db: Database, _ area: StoreArea) throws -> Int? {
    let steps = steps(area)
    func version() throws -> Int { try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0 }
    let before = try version()
    guard before <= steps.count else {
      throw StoreError(
        .newerSchema,
        "\(area.rawValue).sqlite has version \(before), this program knows \(steps.count): install the newer program")
    }
    guard before < steps.count else { return nil }
    try db.inTransaction(.immediate) {
      for step in steps[before...] { try db.execute(sql: step) }
      try db.execute(sql: "PRAGMA user_version = \(steps.count)")
      return .commit
    }
    return before
  }

  private static func steps(_ area: StoreArea) -> [String] {
    switch area {
    case .chunks: [chunks, retentionTally]
    case .findings: [findings, chart, views, retentionTally, viewKinds]
    case .alerts: [alerts, alertWorkflow, deeds, retentionTally]
    case .registry: [registry, access, signInMethod, tokens, accountTrail, retention, passkeys, groups, groupTrail]
    }
  }

  /// `revision` numbers every change of a row, so that a reader that stops in the middle of a commit goes on there.
  private static let counter = """
    CREATE TABLE counter (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER NOT NULL);
    INSERT INTO counter VALUES (1, 0);
    """

  /// `chunk.id` is session row << 32 | sequence (`RowKey`): primary key and order in one integer.
  private static let chunks = """
    \(counter)
    CREATE TABLE session (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL, session BLOB NOT NULL, iv BLOB NOT NULL, key_version INTEGER NOT NULL,
      first_received INTEGER NOT NULL, last_received INTEGER NOT NULL, last_capture INTEGER NOT NULL,
      next INTEGER NOT NULL, highest INTEGER NOT NULL, earliest_held INTEGER NOT NULL,
      chunk_count INTEGER NOT NULL, revision INTEGER NOT NULL,
      UNIQUE (device, session));
    CREATE INDEX session_revision ON session (revision);
    CREATE TABLE chunk (id INTEGER PRIMARY KEY, received INTEGER NOT NULL, message BLOB NOT NULL);
    CREATE TABLE device (
      device TEXT PRIMARY KEY, status TEXT, status_since INTEGER, last_received INTEGER,
      committed INTEGER NOT NULL DEFAULT 0, duplicates INTEGER NOT NULL DEFAULT 0,
      reordered INTEGER NOT NULL DEFAULT 0, refused INTEGER NOT NULL DEFAULT 0, lost INTEGER NOT NULL DEFAULT 0,
      completeness REAL NOT NULL DEFAULT 1, p50 REAL, p95 REAL, p99 REAL, jitter REAL,
      backlog INTEGER NOT NULL DEFAULT 0, firmware INTEGER) WITHOUT ROWID;
    CREATE TABLE quarantine (
      id INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT, topic TEXT NOT NULL, code TEXT NOT NULL,
      message BLOB NOT NULL, received INTEGER NOT NULL);
    """

  private static let findings = """
    \(counter)
    CREATE TABLE analysis (
      id INTEGER PRIMARY KEY,
      device TEXT NOT NULL, session BLOB NOT NULL, owner TEXT NOT NULL, lease_until INTEGER NOT NULL,
      epoch INTEGER NOT NULL, analysed_through INTEGER, advanced_at INTEGER NOT NULL,
      finding_count INTEGER NOT NULL, refused_chunks INTEGER NOT NULL,
      checkpoint_sequence INTEGER, checkpoint BLOB, revision INTEGER NOT NULL,
      UNIQUE (device, session));
    CREATE INDEX analysis_revision ON analysis (revision);
    CREATE TABLE finding (id INTEGER PRIMARY KEY, box BLOB NOT NULL);
    """

  /// Marks of clinicians are never changed, and go with their session; the record of exports and marks stays.
  private static let chart = """
    CREATE TABLE mark (
      id INTEGER PRIMARY KEY AUTOINCREMENT, name BLOB NOT NULL UNIQUE, device TEXT NOT NULL, session BLOB NOT NULL,
      author TEXT NOT NULL, made_at INTEGER NOT NULL, box BLOB NOT NULL);
    CREATE INDEX mark_session ON mark (device, session);
    CREATE TRIGGER mark_stays BEFORE UPDATE ON mark BEGIN SELECT RAISE(ABORT, 'a mark is never changed'); END;
    CREATE TABLE chart_event (
      id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, account TEXT NOT NULL, pseudonym TEXT NOT NULL,
      device TEXT NOT NULL, session BLOB NOT NULL, format TEXT, first INTEGER NOT NULL, length INTEGER NOT NULL,
      at INTEGER NOT NULL);
    CREATE TRIGGER chart_event_stays BEFORE UPDATE ON chart_event
      BEGIN SELECT RAISE(ABORT, 'the record is never changed'); END;
    CREATE TRIGGER chart_event_remains BEFORE DELETE ON chart_event
      BEGIN SELECT RAISE(ABORT, 'the record is never shortened'); END;
    """

  private static let alerts = """
    \(counter)
    CREATE TABLE alert (
      id BLOB PRIMARY KEY, device TEXT NOT NULL, session BLOB NOT NULL, state TEXT NOT NULL,
      opened_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, resolved_at INTEGER,
      acknowledged_by TEXT, acknowledged_at INTEGER, box BLOB NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX alert_revision ON alert (revision);
    CREATE INDEX alert_opened ON alert (opened_at);
    CREATE INDEX alert_device ON alert (device, opened_at);
    CREATE TABLE message (
      id TEXT PRIMARY KEY, alert BLOB NOT NULL, device TEXT NOT NULL, session BLOB NOT NULL, channel TEXT NOT NULL,
      state TEXT NOT NULL, attempts INTEGER NOT NULL, next_attempt INTEGER NOT NULL, created_at INTEGER NOT NULL,
      delivered_at INTEGER, last_error TEXT, box BLOB NOT NULL) WITHOUT ROWID;
    CREATE INDEX message_due ON message (next_attempt) WHERE state = 'pending';
    CREATE INDEX message_alert ON message (alert);
    CREATE TABLE policy (
      device TEXT NOT NULL, session BLOB NOT NULL, evaluated_through INTEGER NOT NULL, box BLOB NOT NULL,
      PRIMARY KEY (device, session)) WITHOUT ROWID;
    """

  /// What people do about alerts, whom they are to reach and how far they have come.
  private static let alertWorkflow = """
    ALTER TABLE alert ADD COLUMN assigned_to TEXT;
    ALTER TABLE alert ADD COLUMN snoozed_until INTEGER;
    ALTER TABLE alert ADD COLUMN closed_by TEXT;
    ALTER TABLE alert ADD COLUMN closed_at INTEGER;
    CREATE TABLE alert_event (
      id INTEGER PRIMARY KEY, alert BLOB NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, actor TEXT NOT NULL,
      name TEXT, step INTEGER, assignee TEXT, until INTEGER, detail TEXT, box BLOB);
    CREATE INDEX alert_event_alert ON alert_event (alert, id);
    CREATE UNIQUE INDEX alert_event_name ON alert_event (alert, name) WHERE name IS NOT NULL;
    CREATE TRIGGER alert_event_stays BEFORE UPDATE ON alert_event
      BEGIN SELECT RAISE(ABORT, 'the log of an alert is not changed'); END;
    CREATE TABLE attempt (
      id INTEGER PRIMARY KEY, message TEXT NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL,
      next_attempt INTEGER NOT NULL, error TEXT, receipt TEXT);
    CREATE INDEX attempt_message ON attempt (message, id);
    CREATE TABLE gathered (alert BLOB NOT NULL, message TEXT NOT NULL, PRIMARY KEY (alert, message)) WITHOUT ROWID;
    CREATE TABLE plan (
      patient TEXT PRIMARY KEY, box BLOB NOT NULL, updated_at INTEGER NOT NULL, updated_by TEXT NOT NULL,
      revision INTEGER NOT NULL) WITHOUT ROWID;
    CREATE INDEX plan_revision ON plan (revision);
    CREATE TABLE ledger (subject TEXT PRIMARY KEY, box BLOB NOT NULL) WITHOUT ROWID;
    """

  private static let registry = """
    CREATE TABLE patient (pseudonym TEXT PRIMARY KEY, box BLOB NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE assignment (device TEXT PRIMARY KEY, pseudonym TEXT, since INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE account (
      name TEXT PRIMARY KEY, role TEXT NOT NULL, password_hash TEXT NOT NULL, is_disabled INTEGER NOT NULL,
      sees_all INTEGER NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE care (
      account TEXT NOT NULL, pseudonym TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (account, pseudonym)
      ) WITHOUT ROWID;
    CREATE TABLE sign_in (
      token_hash BLOB PRIMARY KEY, account TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL
      ) WITHOUT ROWID;
    """

  private static let signInMethod = "ALTER TABLE sign_in ADD COLUMN method TEXT NOT NULL DEFAULT 'password'"

  /// What happened is kept: such rows cannot be deleted, nor changed but in what a later moment adds.
  private static let access = """
    ALTER TABLE sign_in ADD COLUMN last_used INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE sign_in ADD COLUMN agent TEXT NOT NULL DEFAULT '';
    ALTER TABLE sign_in ADD COLUMN address TEXT NOT NULL DEFAULT '';
    UPDATE sign_in SET last_used = created_at;
    CREATE INDEX sign_in_account ON sign_in (account);
    CREATE TABLE second_factor (
      account TEXT PRIMARY KEY, box BLOB NOT NULL, is_confirmed INTEGER NOT NULL, last_step INTEGER NOT NULL,
      created_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE recovery_code (
      account TEXT NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (account, hash)) WITHOUT ROWID;
    CREATE TABLE emergency_access (
      number INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, account TEXT NOT NULL, pseudonym TEXT NOT NULL,
      box BLOB NOT NULL, opened_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, ended_at INTEGER, ended_by TEXT);
    CREATE INDEX emergency_access_end ON emergency_access (expires_at);
    CREATE INDEX emergency_access_account ON emergency_access (account, opened_at);
    CREATE TRIGGER emergency_access_stays BEFORE DELETE ON emergency_access
      BEGIN SELECT RAISE(ABORT, 'an access stays on record'); END;
    CREATE TRIGGER emergency_access_is_fixed BEFORE UPDATE ON emergency_access
      WHEN OLD.ended_at IS NOT NULL OR NEW.id IS NOT OLD.id OR NEW.account IS NOT OLD.account
        OR NEW.pseudonym IS NOT OLD.pseudonym OR NEW.box IS NOT OLD.box OR NEW.opened_at IS NOT OLD.opened_at
        OR NEW.expires_at IS NOT OLD.expires_at OR NEW.number IS NOT OLD.number
      BEGIN SELECT RAISE(ABORT, 'an access can be ended, and nothing else'); END;
    CREATE TABLE access_notice (
      access BLOB NOT NULL, receiver TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL,
      next_attempt INTEGER NOT NULL, delivered_at INTEGER, last_error TEXT, PRIMARY KEY (access, receiver)
      ) WITHOUT ROWID;
    CREATE TABLE account_event (
      number INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, actor TEXT NOT NULL, kind TEXT NOT NULL,
      at INTEGER NOT NULL);
    CREATE INDEX account_event_account ON account_event (account);
    CREATE TRIGGER account_event_stays BEFORE DELETE ON account_event
      BEGIN SELECT RAISE(ABORT, 'what happened stays on record'); END;
    CREATE TRIGGER account_event_is_fixed BEFORE UPDATE ON account_event
      BEGIN SELECT RAISE(ABORT, 'what happened stays on record'); END;
    """

  /// A token stays on record when it is revoked or over.
  private static let tokens = """
    CREATE TABLE api_token (
      token_hash BLOB PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL,
      created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, last_used INTEGER, revoked_at INTEGER,
      revoked_by TEXT) WITHOUT ROWID;
    CREATE INDEX api_token_account ON api_token (account, last_used);
    CREATE TRIGGER api_token_stays BEFORE DELETE ON api_token
      BEGIN SELECT RAISE(ABORT, 'a token stays on record'); END;
    CREATE TRIGGER api_token_is_fixed BEFORE UPDATE ON api_token
      WHEN NEW.token_hash IS NOT OLD.token_hash OR NEW.account IS NOT OLD.account OR NEW.scopes IS NOT OLD.scopes
        OR NEW.expires_at IS NOT OLD.expires_at OR NEW.created_at IS NOT OLD.created_at
        OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NOT OLD.revoked_at)
      BEGIN SELECT RAISE(ABORT, 'a token can be used and revoked, and nothing else'); END;
    """

  /// Who looked at whom; and the order in which the record of exports and marks is read.
  private static let views = """
    CREATE TABLE chart_view (
      id INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, pseudonym TEXT NOT NULL, door TEXT NOT NULL,
      at INTEGER NOT NULL);
    CREATE INDEX chart_view_at ON chart_view (at);
    CREATE TRIGGER chart_view_stays BEFORE UPDATE ON chart_view
      BEGIN SELECT RAISE(ABORT, 'the record is never changed'); END;
    CREATE TRIGGER chart_view_remains BEFORE DELETE ON chart_view
      BEGIN SELECT RAISE(ABORT, 'the record is never shortened'); END;
    CREATE INDEX chart_event_at ON chart_event (at);
    """

  /// What looks were before they had kinds.
  private static let viewKinds = "ALTER TABLE chart_view ADD COLUMN kind TEXT NOT NULL DEFAULT 'chart'"

  private static let deeds = "CREATE INDEX alert_event_at ON alert_event (at)"

  /// Where it came from and whom it is about; and the order in which the records are read.
  private static let accountTrail = """
    ALTER TABLE account_event ADD COLUMN detail TEXT;
    ALTER TABLE account_event ADD COLUMN address TEXT;
    ALTER TABLE account_event ADD COLUMN pseudonym TEXT;
    CREATE INDEX account_event_at ON account_event (at);
    CREATE INDEX emergency_access_opened ON emergency_access (opened_at);
    """

  private static let passkeys = """
    CREATE TABLE passkey (
      hash BLOB PRIMARY KEY, account TEXT NOT NULL, box BLOB NOT NULL, counter INTEGER NOT NULL,
      created_at INTEGER NOT NULL, last_used INTEGER) WITHOUT ROWID;
    CREATE INDEX passkey_account ON passkey (account);
    """

  /// What a group is called is sealed; who belongs to it is as open as who wears which device.
  private static let groups = """
    CREATE TABLE patient_group (
      id TEXT PRIMARY KEY, box BLOB NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE group_member (
      group_id TEXT NOT NULL, pseudonym TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (group_id, pseudonym)
      ) WITHOUT ROWID;
    CREATE INDEX group_member_pseudonym ON group_member (pseudonym);
    CREATE TABLE group_care (
      account TEXT NOT NULL, group_id TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (account, group_id)
      ) WITHOUT ROWID;
    """

  /// What stands of groups from before changes of it were recorded: since when is known, by whom is not.
  private static let groupTrail = """
    INSERT INTO account_event (account, actor, kind, at, detail)
      SELECT account, '(unknown)', 'group-assigned', since, group_id FROM group_care
      ORDER BY since, account, group_id;
    INSERT INTO account_event (account, actor, kind, at, detail, pseudonym)
      SELECT '(none)', '(unknown)', 'group-joined', since, group_id, pseudonym FROM group_member
      ORDER BY since, group_id, pseudonym;
    """
}

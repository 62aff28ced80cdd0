extension Schema {
  /// What rounds deleted from this file: written in the transactions that delete, and never less.
  static let retentionTally = """
    CREATE TABLE retention_tally (
      run INTEGER NOT NULL, kind TEXT NOT NULL, device TEXT NOT NULL, sessions INTEGER NOT NULL, rows INTEGER NOT NULL,
      bytes INTEGER NOT NULL, PRIMARY KEY (run, kind, device)) WITHOUT ROWID;
    CREATE TRIGGER retention_tally_stays BEFORE DELETE ON retention_tally
      BEGIN SELECT RAISE(ABORT, 'what was deleted stays on record'); END;
    CREATE TRIGGER retention_tally_grows BEFORE UPDATE ON retention_tally
      WHEN NEW.run IS NOT OLD.run OR NEW.kind IS NOT OLD.kind OR NEW.device IS NOT OLD.device
        OR NEW.sessions < OLD.sessions OR NEW.rows < OLD.rows OR NEW.bytes < OLD.bytes
      BEGIN SELECT RAISE(ABORT, 'what was deleted can only become more'); END;
    """

  /// The policy's changes, holds, rounds, and who wore what: all of it stays on record. `assignment` holds the present alone; its
  /// history is kept from here on, so that a hold on a patient finds what they wore before.
  static let retention = """
    CREATE TABLE retention_change (
      number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, pseudonym TEXT, from_days INTEGER, to_days INTEGER,
      actor TEXT NOT NULL, at INTEGER NOT NULL, effective_at INTEGER NOT NULL);
    CREATE TRIGGER retention_change_stays BEFORE DELETE ON retention_change
      BEGIN SELECT RAISE(ABORT, 'a change of the policy stays on record'); END;
    CREATE TRIGGER retention_change_is_fixed BEFORE UPDATE ON retention_change
      BEGIN SELECT RAISE(ABORT, 'a change of the policy stays on record'); END;
    CREATE TABLE retention_hold (
      number INTEGER PRIMARY KEY AUTOINCREMENT, pseudonym TEXT, device TEXT, from_time INTEGER, until_time INTEGER,
      reason TEXT NOT NULL, actor TEXT NOT NULL, at INTEGER NOT NULL, released_by TEXT, released_at INTEGER,
      release_reason TEXT, CHECK ((pseudonym IS NULL) <> (device IS NULL)));
    CREATE TRIGGER retention_hold_stays BEFORE DELETE ON retention_hold
      BEGIN SELECT RAISE(ABORT, 'a hold stays on record'); END;
    CREATE TRIGGER retention_hold_is_fixed BEFORE UPDATE ON retention_hold
      WHEN OLD.released_at IS NOT NULL OR NEW.number IS NOT OLD.number OR NEW.pseudonym IS NOT OLD.pseudonym
        OR NEW.device IS NOT OLD.device OR NEW.from_time IS NOT OLD.from_time OR NEW.until_time IS NOT OLD.until_time
        OR NEW.reason IS NOT OLD.reason OR NEW.actor IS NOT OLD.actor OR NEW.at IS NOT OLD.at
        OR NEW.released_at IS NULL OR NEW.released_by IS NULL OR NEW.release_reason IS NULL
      BEGIN SELECT RAISE(ABORT, 'a hold can be released, and nothing else'); END;
    CREATE TABLE retention_run (
      number INTEGER PRIMARY KEY AUTOINCREMENT, started_at INTEGER NOT NULL, ended_at INTEGER, actor TEXT NOT NULL,
      outcome TEXT, stays TEXT NOT NULL);
    CREATE TRIGGER retention_run_stays BEFORE DELETE ON retention_run
      BEGIN SELECT RAISE(ABORT, 'a round stays on record'); END;
    CREATE TRIGGER retention_run_is_fixed BEFORE UPDATE ON retention_run
      WHEN OLD.ended_at IS NOT NULL OR NEW.number IS NOT OLD.number OR NEW.started_at IS NOT OLD.started_at
        OR NEW.actor IS NOT OLD.actor OR NEW.stays IS NOT OLD.stays OR NEW.ended_at IS NULL OR NEW.outcome IS NULL
      BEGIN SELECT RAISE(ABORT, 'a round can end, and nothing else'); END;
    CREATE TABLE wearing (
      number INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, pseudonym TEXT, since INTEGER NOT NULL);
    CREATE INDEX wearing_device ON wearing (device, since);
    INSERT INTO wearing (device, pseudonym, since) SELECT device, pseudonym, since FROM assignment;
    CREATE TRIGGER wearing_begins AFTER INSERT ON assignment
      BEGIN INSERT INTO wearing (device, pseudonym, since) VALUES (NEW.device, NEW.pseudonym, NEW.since); END;
    CREATE TRIGGER wearing_changes AFTER UPDATE ON assignment WHEN NEW.pseudonym IS NOT OLD.pseudonym
      BEGIN INSERT INTO wearing (device, pseudonym, since) VALUES (NEW.device, NEW.pseudonym, NEW.since); END;
    CREATE TRIGGER wearing_stays BEFORE DELETE ON wearing
      BEGIN SELECT RAISE(ABORT, 'who wore what stays on record'); END;
    CREATE TRIGGER wearing_is_fixed BEFORE UPDATE ON wearing
      BEGIN SELECT RAISE(ABORT, 'who wore what stays on record'); END;
    """
}

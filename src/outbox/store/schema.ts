/** The outbox's tables as versioned migrations. What the outbox promises is promised here: by keys, checks and triggers. */

/** SQL of a trigger: one more, or one less, where the row waits for an operator. */
function counted(row: 'OLD' | 'NEW', by: 1 | -1): string {
  const waits = `${row}.state IN ('held', 'parked')`
  const reason = `coalesce(${row}.reason, '')`
  const quarter = `(coalesce(${row}.settled_at, ${row}.received_at) / 900000)`
  const path = `'$."' || ${quarter} || '"'`
  const ofDay = (state: 'held' | 'parked') => `
    UPDATE in_hand_days SET ${state} = json_set(${state}, ${path}, coalesce(json_extract(${state}, ${path}), 0) + ${by})
      WHERE day = ${quarter} / 96 AND ${row}.state = '${state}';`
  return `
    INSERT INTO in_hand (state, count) SELECT ${row}.state, ${by} WHERE ${waits}
      ON CONFLICT (state) DO UPDATE SET count = count + ${by};
    INSERT INTO in_hand_reasons (state, reason, count) SELECT ${row}.state, ${reason}, ${by} WHERE ${waits}
      ON CONFLICT (state, reason) DO UPDATE SET count = count + ${by};
    DELETE FROM in_hand_reasons WHERE state = ${row}.state AND reason = ${reason} AND count = 0;
    INSERT OR IGNORE INTO in_hand_days (day) SELECT ${quarter} / 96 WHERE ${waits};
    ${ofDay('held')}
    ${ofDay('parked')}`
}

/**
 * Every index costs a row written with each change of what it holds, so most are partial. Rows of one lead that travels with
 * others: the delivery and its key, the membership and its place in the queue, the ask in both directions, and their updates.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE account (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  -- AUTOINCREMENT: ids are never reused. Suppressions, calls and memberships may still hold the id of a deleted group or part.
  CREATE TABLE groups (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    -- Who first asked for it, and when a hook asked to create it: that counts against the hook's day.
    hook TEXT,
    minted_at INTEGER
  );
  CREATE INDEX groups_minted ON groups (hook, minted_at) WHERE minted_at IS NOT NULL;

  -- An operator let a hook use another hook's group.
  CREATE TABLE group_hooks (
    group_id INTEGER NOT NULL REFERENCES groups,
    hook TEXT NOT NULL,
    PRIMARY KEY (group_id, hook)
  ) WITHOUT ROWID;

  -- When a webhook of a hook was last verified, and its delivery. How many leads it brought of late: a bucket that empties over a
  -- day. How many webhooks did not prove that they come from its sender, since the last that did.
  CREATE TABLE hooks (
    hook TEXT PRIMARY KEY,
    heard_at INTEGER NOT NULL,
    heard_seq INTEGER NOT NULL,
    level REAL NOT NULL,
    level_at INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    refused_at INTEGER NOT NULL,
    because TEXT NOT NULL
  ) WITHOUT ROWID;

  -- Names that a group had: its hooks may go on using them.
  CREATE TABLE group_names (
    name TEXT PRIMARY KEY,
    group_id INTEGER NOT NULL REFERENCES groups
  ) WITHOUT ROWID;
  CREATE INDEX group_names_of ON group_names (group_id);

  CREATE TABLE parts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    group_id INTEGER NOT NULL REFERENCES groups,
    -- The hook of its group: hooks take turns.
    hook TEXT NOT NULL DEFAULT '',
    number INTEGER NOT NULL,
    name TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('new', 'doubtful', 'exists')),
    -- The part that takes new people.
    open INTEGER NOT NULL CHECK (open IN (0, 1)),
    members INTEGER NOT NULL DEFAULT 0,
    -- People accepted at or after this time are counted in members.
    counted_from INTEGER NOT NULL DEFAULT 0,
    rest_until INTEGER NOT NULL DEFAULT 0,
    misses INTEGER NOT NULL DEFAULT 0,
    create_failures INTEGER NOT NULL DEFAULT 0,
    -- When the last creation that failed was made.
    tried_at INTEGER NOT NULL DEFAULT 0,
    first_call_at INTEGER,
    last_call_at INTEGER,
    queue TEXT NOT NULL DEFAULT 'add' CHECK (queue IN ('add', 'create')),
    due_at INTEGER,
    UNIQUE (group_id, number)
  );
  CREATE UNIQUE INDEX parts_open ON parts (group_id) WHERE open = 1;
  CREATE INDEX parts_due ON parts (queue, hook, due_at) WHERE due_at IS NOT NULL;

  CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY,
    -- Keyed digests of the event's id and of its body; replaced when a person in it is erased.
    key TEXT NOT NULL UNIQUE,
    body_key TEXT,
    body_place INTEGER NOT NULL DEFAULT 0,
    fingerprint TEXT NOT NULL,
    hook TEXT NOT NULL,
    source TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'queued', 'accepted', 'unknown', 'parked', 'skipped')),
    reason TEXT,
    held TEXT,
    closed TEXT CHECK (closed IN ('discarded', 'erased', 'not wanted')),
    group_id INTEGER,
    part_id INTEGER,
    creates INTEGER NOT NULL CHECK (creates IN (0, 1)),
    attempts INTEGER NOT NULL DEFAULT 0,
    received_at INTEGER NOT NULL,
    settled_at INTEGER,
    look_up_at INTEGER,
    look_ups INTEGER NOT NULL DEFAULT 0,
    -- People who were erased from it.
    erased INTEGER NOT NULL DEFAULT 0,
    -- What it said was deleted on schedule, and it needs no number any more.
    swept INTEGER NOT NULL DEFAULT 0 CHECK (swept IN (0, 1)),
    fields TEXT,
    consent TEXT CHECK (consent IS NULL OR json_valid(consent)),
    timeline TEXT NOT NULL CHECK (json_valid(timeline))
  );
  CREATE UNIQUE INDEX deliveries_body ON deliveries (body_key, body_place) WHERE body_key IS NOT NULL;
  CREATE INDEX deliveries_waiting_for_operator ON deliveries (state, seq) WHERE state IN ('held', 'parked');
  CREATE INDEX deliveries_held_since ON deliveries (settled_at) WHERE state = 'held';
  CREATE INDEX deliveries_unmade ON deliveries (group_id) WHERE state IN ('held', 'parked', 'skipped');
  CREATE INDEX deliveries_look_up ON deliveries (look_up_at) WHERE look_up_at IS NOT NULL;

  -- How many deliveries wait for an operator, in all, by reason, and by the quarter of an hour since when they do (its number since
  -- 1970, of a day in one row as JSON): the console counts no deliveries. Kept by triggers.
  CREATE TABLE in_hand (state TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE in_hand_reasons (
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (state, reason)
  ) WITHOUT ROWID;
  CREATE INDEX in_hand_commonest ON in_hand_reasons (state, count);
  CREATE TABLE in_hand_days (
    day INTEGER PRIMARY KEY,
    held TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(held)),
    parked TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(parked))
  );
  CREATE TRIGGER in_hand_begins AFTER INSERT ON deliveries WHEN NEW.state IN ('held', 'parked') BEGIN ${counted('NEW', 1)} END;
  CREATE TRIGGER in_hand_changes AFTER UPDATE OF state, reason, settled_at ON deliveries
    WHEN (OLD.state IN ('held', 'parked') OR NEW.state IN ('held', 'parked'))
      AND (OLD.state <> NEW.state OR OLD.reason IS NOT NEW.reason OR OLD.settled_at IS NOT NEW.settled_at)
    BEGIN ${counted('OLD', -1)} ${counted('NEW', 1)} END;
  CREATE TRIGGER in_hand_ends AFTER DELETE ON deliveries WHEN OLD.state IN ('held', 'parked') BEGIN ${counted('OLD', -1)} END;

  CREATE TABLE memberships (
    person TEXT NOT NULL,
    group_id INTEGER NOT NULL,
    -- 0 for a lead, who is in one part; a teammate has a row for each part.
    team_part INTEGER NOT NULL DEFAULT 0,
    part_id INTEGER NOT NULL,
    status TEXT NOT NULL
      CHECK (status IN ('waiting', 'maybe', 'accepted', 'refused', 'blocked', 'suppressed', 'withdrawn')),
    reason TEXT,
    -- Leave to create the group: a lead's by its delivery, or the operator's. A teammate who comes along has none.
    creates INTEGER NOT NULL CHECK (creates IN (0, 1)),
    -- When a call that may have worked first carried them.
    first_call_at INTEGER,
    accepted_at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    failing_since INTEGER,
    -- When a call last failed with them, whatever the reason.
    tried_at INTEGER,
    batch_limit INTEGER,
    forgiven INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER NOT NULL,
    asked_at INTEGER NOT NULL,
    digits TEXT,
    mask TEXT NOT NULL,
    PRIMARY KEY (person, group_id, team_part),
    CHECK (team_part IN (0, part_id)),
    CHECK (status <> 'maybe' OR first_call_at IS NOT NULL),
    CHECK (status <> 'accepted' OR accepted_at IS NOT NULL),
    CHECK (digits IS NOT NULL OR status NOT IN ('waiting', 'maybe'))
  ) WITHOUT ROWID;
  -- Covers counting the backlog as well.
  CREATE INDEX memberships_queue ON memberships (part_id, due_at, asked_at, status) WHERE status IN ('waiting', 'maybe');
  -- Those with whom a call failed: they come before others once they are due.
  CREATE INDEX memberships_tried ON memberships (part_id, due_at) WHERE tried_at IS NOT NULL AND status IN ('waiting', 'maybe');
  CREATE INDEX memberships_maybe ON memberships (part_id) WHERE status = 'maybe' AND team_part = 0;
  CREATE INDEX memberships_blocked ON memberships (part_id, reason) WHERE status = 'blocked';
  -- A call that may have worked carried them, and none was accepted.
  CREATE INDEX memberships_may_be_in ON memberships (part_id) WHERE first_call_at IS NOT NULL AND accepted_at IS NULL;
  CREATE INDEX memberships_forgiven ON memberships (forgiven) WHERE forgiven > 0;
  CREATE TRIGGER memberships_keep_their_part BEFORE UPDATE OF part_id ON memberships
    WHEN OLD.first_call_at IS NOT NULL AND NEW.part_id <> OLD.part_id
    BEGIN SELECT raise(ABORT, 'a call to another part may have worked'); END;

  CREATE TABLE asks (
    person TEXT NOT NULL,
    group_id INTEGER NOT NULL,
    team_part INTEGER NOT NULL DEFAULT 0,
    delivery INTEGER NOT NULL REFERENCES deliveries,
    -- The person's place in the delivery.
    place INTEGER NOT NULL,
    -- 0: a teammate who comes along. The delivery's state follows the others; a teammate who signs up is one of them.
    lead INTEGER NOT NULL CHECK (lead IN (0, 1)),
    -- Set where the ask no longer follows its membership: accepted before it asked, or accepted and sent again since.
    frozen TEXT CHECK (frozen IN ('already', 'accepted')),
    PRIMARY KEY (person, group_id, team_part, delivery),
    CHECK (lead = 1 OR team_part <> 0),
    FOREIGN KEY (person, group_id, team_part) REFERENCES memberships
  ) WITHOUT ROWID;
  CREATE INDEX asks_of ON asks (delivery, place);
  CREATE INDEX asks_of_teammates ON asks (person, group_id, team_part) WHERE lead = 1 AND team_part <> 0;

  CREATE TABLE calls (
    id INTEGER PRIMARY KEY,
    part_id INTEGER NOT NULL,
    -- As they were then. A part that never was a group may be deleted, and its calls still count against the caps.
    group_id INTEGER NOT NULL,
    hook TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('create', 'add', 'probe')),
    -- Persons: of leads, and of teammates.
    leads TEXT NOT NULL CHECK (json_valid(leads)),
    team TEXT NOT NULL CHECK (json_valid(team)),
    people INTEGER NOT NULL,
    fresh INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT,
    -- Whether it may have reached WhatsApp: then it counts against the caps.
    counts INTEGER NOT NULL DEFAULT 1 CHECK (counts IN (0, 1))
  );
  CREATE UNIQUE INDEX calls_open ON calls ((ended_at IS NULL)) WHERE ended_at IS NULL;
  CREATE INDEX calls_started ON calls (started_at);

  -- A foreign key would look through all deliveries; accepted ones name a group that exists, which is never deleted.
  CREATE TRIGGER groups_in_use_stay BEFORE DELETE ON groups
    WHEN EXISTS (SELECT 1 FROM deliveries WHERE group_id = OLD.id AND state IN ('held', 'parked', 'skipped'))
    BEGIN SELECT raise(ABORT, 'a delivery names this group'); END;
  CREATE TRIGGER groups_of_suppressions_stay BEFORE DELETE ON groups
    WHEN EXISTS (SELECT 1 FROM suppressed WHERE group_id = OLD.id AND group_id > 0)
    BEGIN SELECT raise(ABORT, 'a suppression names this group'); END;
  CREATE TRIGGER parts_in_use_stay BEFORE DELETE ON parts
    WHEN OLD.status <> 'new'
      OR EXISTS (SELECT 1 FROM calls WHERE ended_at IS NULL AND part_id = OLD.id)
      OR EXISTS (SELECT 1 FROM memberships WHERE part_id = OLD.id AND status IN ('waiting', 'maybe'))
      OR EXISTS (SELECT 1 FROM memberships WHERE part_id = OLD.id AND status = 'blocked')
      OR EXISTS (SELECT 1 FROM memberships WHERE part_id = OLD.id AND first_call_at IS NOT NULL AND accepted_at IS NULL)
    BEGIN SELECT raise(ABORT, 'this part is in use'); END;

  -- Group 0 stands for all groups.
  CREATE TABLE suppressed (
    person TEXT NOT NULL,
    group_id INTEGER NOT NULL,
    since INTEGER NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (person, group_id)
  ) WITHOUT ROWID;
  CREATE INDEX suppressed_in ON suppressed (group_id) WHERE group_id > 0;

  CREATE TABLE evidence (
    id INTEGER PRIMARY KEY,
    person TEXT NOT NULL,
    at INTEGER NOT NULL,
    consent TEXT NOT NULL CHECK (json_valid(consent))
  );
  CREATE INDEX evidence_of ON evidence (person);

  -- Pieces of a copy that is put back once the last one is here.
  CREATE TABLE incoming (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, text TEXT NOT NULL);

  -- Deliveries that were not ready when retention passed them.
  CREATE TABLE unswept (seq INTEGER PRIMARY KEY);

  CREATE TABLE alerts (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    count INTEGER NOT NULL,
    due_at INTEGER,
    sent_at INTEGER,
    attempts INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX alerts_due ON alerts (due_at) WHERE due_at IS NOT NULL;

  CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT
  );
  CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'immutable'); END;
  CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'immutable'); END;
  `,
]

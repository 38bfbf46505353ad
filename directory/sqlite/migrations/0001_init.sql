-- +goose Up
-- Times are text in UTC of the fixed form 2006-01-02T15:04:05.000000Z, so that they sort; NULL is "not yet" or "no
-- limit". Digests are SHA-256 in lower-case hexadecimal, NULL if there is none. Lists and facts are JSON, NULL if empty.

CREATE TABLE subscribers (
    id         TEXT NOT NULL PRIMARY KEY, -- chosen by us
    title      TEXT NOT NULL,             -- for people
    operator   TEXT NOT NULL,             -- driver name
    endpoint   TEXT NOT NULL,             -- URL of the operator's service
    box        TEXT NOT NULL,             -- our box at the operator
    inn        TEXT NOT NULL,             -- our INN
    kpp        TEXT NOT NULL,             -- our KPP, may be empty
    login      TEXT NOT NULL,             -- login name; the password is sealed, in table sealed
    login_kind TEXT NOT NULL,             -- directory.LoginKind
    department TEXT NOT NULL,             -- ours that sends, empty: the head department
    service_box TEXT NOT NULL,            -- takes packages without a recipient at the operator, may be empty
    payer      TEXT NOT NULL,             -- who pays the operator, empty: the subscriber itself
    service    TEXT NOT NULL,             -- id of the signer of receipts and other service documents, may be empty
    forms      TEXT,                      -- JSON list: calls that may give the printed form, in order
    pins       TEXT,                      -- JSON list: acceptable server keys
    cas        BLOB,                      -- PEM: authorities to trust instead of the system's
    policy     TEXT NOT NULL,             -- JSON object: edo.Policy
    enabled    INTEGER NOT NULL,          -- 1: may be used
    updated_at TEXT NOT NULL              -- last change of the row
) STRICT;

CREATE TABLE users (
    subscriber  TEXT NOT NULL REFERENCES subscribers (id), -- for whom the user may act
    actor       TEXT NOT NULL,                             -- the host's id of the user
    name        TEXT NOT NULL,                             -- for people
    actions     TEXT NOT NULL,                             -- JSON list of allowed actions
    kinds       TEXT,                                      -- JSON list of allowed document kinds; NULL: all
    valid_from  TEXT,                                      -- first moment
    valid_until TEXT,                                      -- first moment after
    updated_at  TEXT NOT NULL,                             -- last change of the row
    PRIMARY KEY (subscriber, actor)
) STRICT;

CREATE TABLE refusals (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT, -- order of refusals
    actor      TEXT NOT NULL,                     -- who asked, as the host says
    principal  TEXT NOT NULL,                     -- in whose stead, empty: in nobody's
    action     TEXT NOT NULL,                     -- what for
    subscriber TEXT NOT NULL,                     -- for whom; may be unknown to us
    kinds      TEXT,                              -- JSON list of the documents' kinds
    why        TEXT NOT NULL,                     -- one line for people
    at         TEXT NOT NULL                      -- when
) STRICT;
CREATE INDEX refusals_by_subscriber ON refusals (subscriber, seq);

CREATE TABLE substitutions (
    subscriber  TEXT NOT NULL REFERENCES subscribers (id), -- for whom both act
    deputy      TEXT NOT NULL,                             -- the host's id of the user who acts
    principal   TEXT NOT NULL,                             -- the host's id of the user whose rights count
    actions     TEXT,                                      -- JSON list of actions; NULL: all that the principal may
    kinds       TEXT,                                      -- JSON list of document kinds; NULL: all
    valid_from  TEXT,                                      -- first moment
    valid_until TEXT NOT NULL,                             -- first moment after
    updated_at  TEXT NOT NULL,                             -- last change of the row
    PRIMARY KEY (subscriber, deputy, principal)
) STRICT;

-- Who was given raw XML, content or an export. The row is there before the first byte is given out.
CREATE TABLE readings (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT, -- order of readings
    actor      TEXT NOT NULL,                     -- who read, as the host says; os:name at the command line
    principal  TEXT NOT NULL,                     -- in whose stead, empty: in nobody's
    action     TEXT NOT NULL,                     -- read-log, read-content or export
    subscriber TEXT NOT NULL,                     -- whose
    what       TEXT NOT NULL,                     -- id of the exchange, digest of the document, filter of the export
    at         TEXT NOT NULL                      -- when
) STRICT;
CREATE INDEX readings_by_subscriber ON readings (subscriber, seq);

CREATE TABLE signers (
    subscriber  TEXT NOT NULL REFERENCES subscribers (id), -- for whom the person signs
    id          TEXT NOT NULL,                             -- chosen by us
    info        TEXT NOT NULL,                             -- JSON object: facts of the certificate, edo.SignerInfo
    certificate BLOB NOT NULL,                             -- X.509 in DER
    place       TEXT NOT NULL,                             -- directory.Place: where the key is
    command     TEXT,                                      -- JSON list: program and arguments that sign, with place command
    environment TEXT,                                      -- JSON list of NAME=value: all that the program gets; no secrets
    kinds       TEXT,                                      -- JSON list of document kinds the person may sign; NULL: all
    valid_from  TEXT,                                      -- first moment
    valid_until TEXT,                                      -- first moment after
    enabled     INTEGER NOT NULL,                          -- 1: may sign
    updated_at  TEXT NOT NULL,                             -- last change of the row
    PRIMARY KEY (subscriber, id)
) STRICT;

CREATE TABLE sealed (
    subscriber TEXT NOT NULL REFERENCES subscribers (id), -- whose secret
    kind       TEXT NOT NULL,                             -- login or signer
    id         TEXT NOT NULL,                             -- of the signer, empty for a login
    field      TEXT NOT NULL,                             -- password, certificate, key, ...
    version    INTEGER NOT NULL,                          -- of the secret: grows with every change
    epoch      INTEGER NOT NULL,                          -- of the data key that sealed it
    bytes      BLOB NOT NULL,                             -- sealed before it came here; the master key is not in this database
    updated_at TEXT NOT NULL,                             -- last change of the secret
    used_at    TEXT,                                      -- when it was opened for use, to the hour
    tries      INTEGER NOT NULL,                          -- of a next credential: how often an operator was asked to take it
    tried_at   TEXT,                                      -- when last
    PRIMARY KEY (subscriber, kind, id, field)
) STRICT;

-- What every seal is bound to: one row.
CREATE TABLE installation (
    one      INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), -- there is one
    id       TEXT NOT NULL,    -- random, made once
    master   INTEGER NOT NULL, -- id of the master key that wraps data keys now
    epoch    INTEGER NOT NULL, -- of the data keys that seal now
    rotating INTEGER NOT NULL  -- 1: a rotation has begun and has not ended
) STRICT;

CREATE TABLE data_keys (
    subscriber TEXT NOT NULL,    -- whose secrets it seals; empty: of the installation, for fingerprints
    epoch      INTEGER NOT NULL, -- of its rotation; 0 for fingerprints
    master     INTEGER NOT NULL, -- id of the master key that wraps it
    wrapped    BLOB NOT NULL,    -- the key, encrypted by the master key, which is not in this database
    PRIMARY KEY (subscriber, epoch)
) STRICT;

CREATE TABLE operations (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT, -- order of acceptance
    subscriber    TEXT NOT NULL,    -- who sends
    package       TEXT NOT NULL,    -- id chosen by the host, unique per subscriber for ever
    operator      TEXT NOT NULL,    -- driver name
    from_box      TEXT NOT NULL,    -- our box it was sent from, empty until then
    actor         TEXT NOT NULL,    -- the host's user who asked
    payer         TEXT NOT NULL,    -- who pays the operator for it, empty: the subscriber
    channel       TEXT NOT NULL,    -- edo.Channel, empty: operator
    answer        TEXT NOT NULL,    -- edo.AnswerKind, empty: a package of its own
    text          TEXT NOT NULL,    -- of a refusal or a revocation
    in_reply_to   TEXT NOT NULL,    -- operator's id of the request that it answers, may be empty
    flow          TEXT NOT NULL,    -- edo.Flow, empty: signed
    consents      TEXT,             -- JSON list of edo.Consent
    set_id        TEXT NOT NULL,    -- the host's reference of the set it belongs to, may be empty
    period        TEXT NOT NULL,    -- what the documents are for, in the host's words, may be empty
    due           TEXT,             -- when the host needs it to be with the operator
    to_inn        TEXT NOT NULL,    -- INN of the counterparty
    to_kpp        TEXT NOT NULL,    -- its KPP, may be empty
    to_name       TEXT NOT NULL,    -- its name, for people
    to_box        TEXT NOT NULL,    -- the box the host chose, may be empty
    address       TEXT NOT NULL,    -- JSON object: where it goes, edo.Address
    parties       TEXT,             -- JSON list of edo.Address: where an answer goes when there are several
    candidates    TEXT,             -- JSON list of edo.Address to choose from
    state         TEXT NOT NULL,    -- edo.State
    reason        TEXT NOT NULL,    -- edo.Reason, may be empty
    detail        TEXT NOT NULL,    -- one line for people
    message       TEXT NOT NULL,    -- the operator's id of the message
    operator_time TEXT,             -- when the operator fixed it
    sent_at       TEXT,             -- the same on our clock
    skew          INTEGER NOT NULL, -- sent_at minus operator_time in nanoseconds
    attempts      INTEGER NOT NULL, -- sends begun
    resends       INTEGER NOT NULL, -- sends repeated after a doubt
    doubt_since   TEXT,             -- operator's time of the first answer without it
    not_found     INTEGER NOT NULL, -- consecutive sure answers "not found"
    created_at    TEXT NOT NULL,    -- when it was accepted
    updated_at    TEXT NOT NULL,    -- last change
    revision      INTEGER NOT NULL, -- grows with every change
    UNIQUE (subscriber, package)
) STRICT;
CREATE INDEX operations_by_time ON operations (created_at, seq);
CREATE INDEX operations_by_subscriber ON operations (subscriber, created_at, seq);
CREATE INDEX operations_by_request ON operations (subscriber, in_reply_to, seq) WHERE in_reply_to <> '';
CREATE INDEX operations_waiting ON operations (subscriber, to_inn, seq) WHERE state = 'waiting';
CREATE INDEX operations_accepted ON operations (coalesce(operator_time, sent_at)) WHERE sent_at IS NOT NULL; -- what is paid for

CREATE TABLE documents (
    operation    INTEGER NOT NULL REFERENCES operations (seq), -- the package
    position     INTEGER NOT NULL, -- place in the package, from 0
    id           TEXT NOT NULL,    -- chosen by the host
    name         TEXT NOT NULL,    -- file name
    kind         TEXT NOT NULL,    -- as the counterparty reads it
    number       TEXT NOT NULL,    -- number of the paper, may be empty
    comment      TEXT NOT NULL,    -- may be empty
    external_id  TEXT NOT NULL,    -- the host's own reference
    digest       TEXT,             -- of the bytes in the archive, NULL until an answer is written
    size         INTEGER NOT NULL, -- in bytes
    type         TEXT NOT NULL,    -- the operator's name of the type, empty: untyped
    date         TEXT,             -- of the paper
    sum          TEXT NOT NULL,    -- decimal, may be empty
    parent       TEXT NOT NULL,    -- operator's id of what it answers, may be empty
    related      TEXT,             -- JSON list: operator's ids of documents it belongs to
    need_sign    INTEGER NOT NULL, -- 1: the counterparty is asked to sign
    need_receipt INTEGER NOT NULL, -- 1: the counterparty is asked to confirm the receipt
    signer       TEXT NOT NULL,    -- whose key signs, empty if it came signed
    signed_by    TEXT NOT NULL,    -- JSON object: facts of the certificate, edo.SignerInfo
    signature    TEXT,             -- digest of the detached CMS in the archive
    verdict      TEXT NOT NULL,    -- what our check of the signature said
    remote       TEXT NOT NULL,    -- the operator's id of the document
    state        TEXT NOT NULL,    -- edo.State at the counterparty, empty until sent
    answer_text  TEXT NOT NULL,    -- what the counterparty wrote when it refused
    stamp        TEXT NOT NULL,    -- edo.StampState
    stamp_reason TEXT NOT NULL,    -- edo.Reason, may be empty
    stamp_detail TEXT NOT NULL,    -- one line for people
    form_faults  INTEGER NOT NULL, -- answers that were no printed form
    PRIMARY KEY (operation, id)
) STRICT;
CREATE INDEX documents_by_remote ON documents (remote) WHERE remote <> '';

CREATE TABLE versions (
    operation INTEGER NOT NULL, -- the package
    document  TEXT NOT NULL,    -- the document in it
    role      TEXT NOT NULL,    -- edo.Role; at most one of each
    name      TEXT NOT NULL,    -- file name for the host
    digest    TEXT NOT NULL,    -- of the bytes in the archive
    size      INTEGER NOT NULL, -- in bytes
    source    TEXT NOT NULL,    -- the call that gave it
    remark    TEXT NOT NULL,    -- whether a stamp was recognised
    exchange  TEXT NOT NULL,    -- row of the message log
    at        TEXT NOT NULL,    -- when it was stored
    PRIMARY KEY (operation, document, role),
    FOREIGN KEY (operation, document) REFERENCES documents (operation, id)
) STRICT;

CREATE TABLE jobs (
    id         INTEGER PRIMARY KEY AUTOINCREMENT, -- never used twice
    subscriber TEXT NOT NULL,    -- whose work
    package    TEXT NOT NULL,    -- the package, or what else edo.JobKind says; empty for work on the box
    document   TEXT NOT NULL,    -- empty for work on the whole package
    kind       TEXT NOT NULL,    -- edo.JobKind
    due        TEXT NOT NULL,    -- not before
    tries      INTEGER NOT NULL, -- claims so far, since it last had ended
    born       TEXT NOT NULL,    -- when it was made, or woken after it had ended
    fence      INTEGER NOT NULL, -- grows with every claim
    owner      TEXT NOT NULL,    -- who holds it, empty: nobody
    until      TEXT,             -- end of the lease
    woken      TEXT,             -- when it is due again whatever its holder decides: somebody woke it meanwhile
    done_at    TEXT,             -- NULL: there is work left
    reason     TEXT NOT NULL DEFAULT '', -- edo.Reason why it was given back last, may be empty
    detail     TEXT NOT NULL DEFAULT '', -- one line for people
    faults     INTEGER NOT NULL DEFAULT 0, -- internal faults in a row
    UNIQUE (subscriber, package, document, kind)
) STRICT;
CREATE INDEX jobs_by_due ON jobs (due, id) WHERE done_at IS NULL;
CREATE INDEX jobs_by_lease ON jobs (until) WHERE until IS NOT NULL;
CREATE INDEX jobs_unfinished ON jobs (subscriber, id) WHERE done_at IS NULL;

CREATE TABLE attempts (
    id       INTEGER PRIMARY KEY AUTOINCREMENT, -- order of claims
    job      INTEGER NOT NULL REFERENCES jobs (id), -- what was claimed
    fence    INTEGER NOT NULL, -- of this claim
    owner    TEXT NOT NULL,    -- who claimed
    at       TEXT NOT NULL,    -- when
    ended_at TEXT,             -- NULL: interrupted, or still running
    result   TEXT NOT NULL,    -- the state it ended in
    detail   TEXT NOT NULL,    -- one line for people
    UNIQUE (job, fence)
) STRICT;

CREATE TABLE events (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT, -- place in the list of what hosts have to know
    subscriber  TEXT NOT NULL,    -- whose
    package     TEXT NOT NULL,    -- which package, empty if it is about none
    kind        TEXT NOT NULL,    -- edo.EventKind
    state       TEXT NOT NULL,    -- of the package
    reason      TEXT NOT NULL,    -- edo.Reason, may be empty
    detail      TEXT NOT NULL,    -- one line for people
    document    TEXT NOT NULL,    -- empty for the whole package
    external_id TEXT NOT NULL,    -- the host's own reference
    stamp       TEXT NOT NULL,    -- edo.StampState
    version     TEXT,             -- JSON object: edo.Version
    at          TEXT NOT NULL,    -- when
    inbound     TEXT,             -- JSON object: edo.InboundDocument as it was then
    task        TEXT,             -- JSON object: edo.SignatureTask as it was then
    reach       TEXT,             -- JSON object: edo.CounterpartyStatus as it was then
    revision    INTEGER NOT NULL, -- of the operation, or as the event's author said
    actor       TEXT NOT NULL     -- whose package it is, or who did what it tells: "B for A" if B stood in for A; may be empty
) STRICT;
CREATE INDEX events_by_subscriber ON events (subscriber, seq);

CREATE TABLE acknowledgements (
    subscriber TEXT NOT NULL,    -- whose events
    consumer   TEXT NOT NULL,    -- which host
    seq        INTEGER NOT NULL, -- everything up to here has reached it
    PRIMARY KEY (subscriber, consumer)
) STRICT;

-- What came in. A message is a row before anything of it is read, so that none is forgotten.
CREATE TABLE inbound_messages (
    subscriber TEXT NOT NULL, -- whose box
    message    TEXT NOT NULL, -- the operator's id
    from_box   TEXT NOT NULL, -- of the sender
    state      TEXT NOT NULL, -- edo.InboundState, never goes back
    found      TEXT NOT NULL, -- cursor or check: which way it was found first
    detail     TEXT NOT NULL, -- one line for people
    listed_at  TEXT,          -- when it was found first
    stored_at  TEXT,          -- when all of it was durable
    PRIMARY KEY (subscriber, message)
) STRICT;

CREATE TABLE inbound_documents (
    seq            INTEGER PRIMARY KEY AUTOINCREMENT, -- order of storing
    subscriber     TEXT NOT NULL,    -- whose box
    remote         TEXT NOT NULL,    -- the operator's id
    message        TEXT NOT NULL,    -- that brought it first
    sender         TEXT NOT NULL,    -- JSON object: edo.Address
    name           TEXT NOT NULL,    -- safe file name
    type           TEXT NOT NULL,    -- the operator's name of the type
    class          TEXT NOT NULL,    -- edo.Class
    kind           TEXT NOT NULL,    -- free text, as the sender wrote it
    kind_id        TEXT NOT NULL,    -- of the configured kind, empty: none fits
    number         TEXT NOT NULL,    -- of the paper
    date           TEXT,             -- of the paper
    sum            TEXT NOT NULL,    -- decimal, as it came
    comment        TEXT NOT NULL,    -- of the sender
    custom_field   TEXT NOT NULL,    -- the sender's own integration field
    text           TEXT NOT NULL,    -- of a refusal or a revocation offer
    parent         TEXT NOT NULL,    -- operator's id of what it answers, may be empty
    root           TEXT NOT NULL,    -- operator's id of the document that began the flow
    flow           TEXT NOT NULL,    -- edo.Flow
    need_sign      INTEGER NOT NULL, -- 1: we are asked to sign
    need_receipt   INTEGER NOT NULL, -- 1: the sender asks for a receipt
    notice_due     INTEGER NOT NULL, -- 1: the operator says that a notice is due from us
    state          TEXT NOT NULL,    -- edo.InboundState, never goes back
    digest         TEXT,             -- of the bytes in the archive, NULL until stored
    size           INTEGER NOT NULL, -- in bytes
    signatures     TEXT,             -- JSON list of edo.InboundSignature; the CMS are in the archive
    legitimate     INTEGER NOT NULL, -- 1: the operator calls it legally significant
    not_legitimate TEXT,             -- JSON list: the operator's reasons why not
    operator_time  TEXT,             -- when the operator fixed it
    received_at    TEXT NOT NULL,    -- on our clock
    skew           INTEGER NOT NULL, -- received_at minus operator_time in nanoseconds
    fate           TEXT NOT NULL,    -- edo.State by answers of ours, never goes back; empty before
    about          TEXT NOT NULL,    -- JSON object: edo.Key of the package of ours that it answers
    document       TEXT NOT NULL,    -- id of the document of ours that it answers
    responsible    TEXT NOT NULL,    -- the host's user who gets it
    why            TEXT NOT NULL,    -- JSON object: edo.Sentence, why this person
    term_due       TEXT,             -- until when it must be answered, by the operator's clock
    term_warn      TEXT,             -- when people are reminded
    term_state     TEXT NOT NULL,    -- edo.TermState
    reply          TEXT NOT NULL,    -- JSON object: edo.Reply
    exchange       TEXT NOT NULL,    -- row of the message log
    revision       INTEGER NOT NULL, -- grows with every change
    UNIQUE (subscriber, remote)
) STRICT;
CREATE INDEX inbound_by_time ON inbound_documents (received_at, seq);
CREATE INDEX inbound_by_subscriber ON inbound_documents (subscriber, received_at, seq);
CREATE INDEX inbound_by_message ON inbound_documents (subscriber, message, seq);
CREATE INDEX inbound_by_parent ON inbound_documents (subscriber, parent, seq) WHERE parent <> '';
CREATE INDEX inbound_by_term ON inbound_documents (subscriber, term_state, received_at, seq) WHERE term_state <> '';

CREATE TABLE cursors (
    subscriber TEXT NOT NULL PRIMARY KEY, -- whose box
    last       TEXT,             -- JSON list: ids of the latest messages, oldest first; reading begins again at the first
    as_of      TEXT,             -- the operator's time of the latest page
    read_at    TEXT,             -- the same on our clock
    checked_to TEXT,             -- operator's time up to which the slow check has looked
    skew       INTEGER NOT NULL, -- our clock minus the operator's in nanoseconds
    refusal    TEXT NOT NULL     -- why the box cannot be read, empty: it can
) STRICT;

CREATE TABLE tasks (
    subscriber TEXT NOT NULL,    -- for whom
    package    TEXT NOT NULL,    -- the package that waits
    document   TEXT NOT NULL,    -- the document that needs a signature
    signer     TEXT NOT NULL,    -- id of the person
    required   TEXT NOT NULL,    -- JSON object: the certificate wanted, edo.SignerInfo
    purpose    TEXT NOT NULL,    -- edo.AnswerKind, empty: a package of its own
    name       TEXT NOT NULL,    -- file name, for people
    kind       TEXT NOT NULL,    -- of the document, for people
    digest     TEXT,             -- of the exact bytes in the archive
    size       INTEGER NOT NULL, -- in bytes
    state      TEXT NOT NULL,    -- edo.TaskState
    detail     TEXT NOT NULL,    -- of a refusal
    actor      TEXT NOT NULL,    -- who ended it
    created_at TEXT NOT NULL,    -- when it was opened
    deadline   TEXT NOT NULL,    -- overdue after
    ended_at   TEXT,             -- NULL: it waits
    PRIMARY KEY (subscriber, package, document)
) STRICT;
CREATE INDEX tasks_waiting ON tasks (subscriber, deadline) WHERE state IN ('open', 'overdue');
CREATE INDEX tasks_by_time ON tasks (subscriber, created_at);

-- Other organisations as each subscriber reaches them.
CREATE TABLE reach (
    subscriber   TEXT NOT NULL,    -- who wants to reach it
    inn          TEXT NOT NULL,    -- INN of the other organisation or person
    kpp          TEXT NOT NULL,    -- KPP of its branch, may be empty
    introduction TEXT NOT NULL,    -- JSON object: what is known of it, edo.Introduction
    state        TEXT NOT NULL,    -- edo.CounterpartyState
    address      TEXT NOT NULL,    -- JSON object: its box, edo.Address
    candidates   TEXT,             -- JSON list of edo.Address to choose from
    relation     TEXT NOT NULL,    -- edo.RelationState
    registered   INTEGER NOT NULL, -- 1: by us
    reason       TEXT NOT NULL,    -- edo.Reason, may be empty
    detail       TEXT NOT NULL,    -- one line for people
    updated_at   TEXT NOT NULL,    -- last change
    revision     INTEGER NOT NULL, -- grows with every change
    sought       TEXT NOT NULL,    -- its name as directory.Sought gives it, to search and sort by
    PRIMARY KEY (subscriber, inn, kpp)
) STRICT;
CREATE INDEX reach_by_time ON reach (subscriber, updated_at);
CREATE INDEX reach_by_name ON reach (subscriber, sought, inn, kpp, state);

CREATE TABLE responsibles (
    subscriber TEXT NOT NULL REFERENCES subscribers (id), -- whose documents
    scope      TEXT NOT NULL, -- edo.Scope
    inn        TEXT NOT NULL, -- of the counterparty, with scope counterparty
    kpp        TEXT NOT NULL, -- of its branch, empty: all
    kind       TEXT NOT NULL, -- id of a kind, empty: all
    actor      TEXT NOT NULL, -- the host's user who gets them
    updated_at TEXT NOT NULL, -- last change of the row
    PRIMARY KEY (subscriber, scope, inn, kpp, kind)
) STRICT;

CREATE TABLE absences (
    subscriber  TEXT NOT NULL REFERENCES subscribers (id), -- where the person is responsible
    actor       TEXT NOT NULL, -- the host's user who is away
    away_from   TEXT NOT NULL, -- first moment away
    away_until  TEXT NOT NULL, -- first moment back
    updated_at  TEXT NOT NULL, -- last change of the row
    PRIMARY KEY (subscriber, actor, away_from)
) STRICT;

-- The message log: one row per exchange. The request half is written before the first byte leaves and never changed.
-- What is large (head, masked XML and the list of what is replaced in it) is packed, see package compact. Digests in
-- the log are 32 bytes.
CREATE TABLE exchanges (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT, -- place in the log
    id         TEXT NOT NULL UNIQUE, -- edo.ExchangeID
    subscriber TEXT NOT NULL,        -- who called
    package    TEXT NOT NULL,        -- empty if it belongs to none
    document   TEXT NOT NULL,        -- empty if it belongs to none
    actor      TEXT NOT NULL,        -- the host's user who asked for the package, empty if nobody did
    inn        TEXT NOT NULL,        -- INN of the package's counterparty, may be empty
    kpp        TEXT NOT NULL,        -- its KPP, may be empty
    operation  TEXT NOT NULL,        -- the operator's name of the call
    endpoint   TEXT NOT NULL,        -- scheme, host and path
    at         TEXT NOT NULL,        -- before the first byte
    size       INTEGER NOT NULL,     -- of the exact body in bytes
    position   INTEGER NOT NULL,     -- of the link, in table links
    text       BLOB NOT NULL,        -- digest of the masked XML
    raw        BLOB NOT NULL         -- packed: request line and headers without secrets, and the XML as sent, secrets masked, content by digest
) STRICT;
CREATE INDEX exchanges_by_subscriber ON exchanges (subscriber, seq);
CREATE INDEX exchanges_by_package ON exchanges (package, subscriber, seq) WHERE package <> '';
CREATE INDEX exchanges_by_document ON exchanges (document, seq) WHERE document <> '';
CREATE INDEX exchanges_by_actor ON exchanges (actor, seq) WHERE actor <> '';
CREATE INDEX exchanges_by_inn ON exchanges (inn, seq) WHERE inn <> '';
CREATE INDEX exchanges_by_time ON exchanges (at);

-- The answer half, written once. An exchange without it was interrupted or is running.
CREATE TABLE answers (
    exchange       INTEGER PRIMARY KEY REFERENCES exchanges (seq), -- the request
    at             TEXT NOT NULL,    -- when the answer, or its absence, was certain
    outcome        TEXT NOT NULL,    -- edo.Outcome
    code           TEXT NOT NULL,    -- the operator's code of a fault
    http_status    INTEGER NOT NULL, -- 0 if there was none
    size           INTEGER NOT NULL, -- of the exact body in bytes
    digest         BLOB,             -- of the exact body as received
    request_digest BLOB,             -- of the exact body as sent, NULL if it was not sent whole
    request_sent   INTEGER NOT NULL, -- bytes of the request body handed to the connection
    note           TEXT NOT NULL,    -- for people
    position       INTEGER NOT NULL, -- of the link, in table links
    text           BLOB NOT NULL,    -- digest of the masked XML
    raw            BLOB NOT NULL     -- packed: status line and headers, and the XML as received, secrets masked, content by digest
) STRICT;
CREATE INDEX answers_by_outcome ON answers (outcome, exchange);

-- The chain of the log: every half is a link, written in the transaction of its row, in the order of commits.
CREATE TABLE links (
    subscriber TEXT NOT NULL,    -- whose chain
    position   INTEGER NOT NULL, -- from 1 without gaps
    half       INTEGER NOT NULL, -- 1: a row of exchanges, 2: a row of answers
    exchange   INTEGER NOT NULL, -- its exchange's seq; no reference, so that a link outlives what somebody deletes
    digest     BLOB NOT NULL,    -- over the half and the link before, see directory.Link
    PRIMARY KEY (subscriber, position)
) STRICT, WITHOUT ROWID;

-- The log is append-only. Nothing in it is deleted when a term of keeping ends: that is content in the archive, which
-- is in no table of the log.
-- +goose StatementBegin
CREATE TRIGGER exchanges_stay BEFORE UPDATE ON exchanges BEGIN SELECT RAISE(ABORT, 'the message log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER exchanges_last BEFORE DELETE ON exchanges BEGIN SELECT RAISE(ABORT, 'the message log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER answers_stay BEFORE UPDATE ON answers BEGIN SELECT RAISE(ABORT, 'the message log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER answers_last BEFORE DELETE ON answers BEGIN SELECT RAISE(ABORT, 'the message log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER links_stay BEFORE UPDATE ON links BEGIN SELECT RAISE(ABORT, 'the message log is append-only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER links_last BEFORE DELETE ON links BEGIN SELECT RAISE(ABORT, 'the message log is append-only'); END;
-- +goose StatementEnd

-- What was handed over to an external archive, and what was deleted afterwards. Nothing of it is ever taken away.
CREATE TABLE handovers (
    id              TEXT NOT NULL PRIMARY KEY, -- edo.BatchID
    subscriber      TEXT NOT NULL,             -- whose documents, empty: of all
    until           TEXT NOT NULL,             -- documents that were accepted or came in before
    place           TEXT NOT NULL,             -- folder of the export
    state           TEXT NOT NULL,             -- directory.HandoverState
    actor           TEXT NOT NULL,             -- who asked for it
    created_at      TEXT NOT NULL,             -- when the items were chosen
    items           INTEGER NOT NULL,          -- how many
    contents        INTEGER NOT NULL,          -- distinct contents, 0 until exported
    bytes           INTEGER NOT NULL,          -- of them, 0 until exported
    exported_at     TEXT,                      -- when all of it was written
    manifest        TEXT,                      -- digest of the manifest
    reference       TEXT NOT NULL,             -- the external archive's name of it, empty until acknowledged
    acknowledged_at TEXT,                      -- when we were told
    acknowledged_by TEXT NOT NULL              -- who told us
) STRICT;
CREATE INDEX handovers_by_time ON handovers (created_at, id);
CREATE UNIQUE INDEX handovers_by_place ON handovers (place) WHERE state = 'open';

CREATE TABLE handover_items (
    batch      TEXT NOT NULL REFERENCES handovers (id), -- the hand-over
    seq        INTEGER NOT NULL, -- place in it, from 1
    kind       TEXT NOT NULL,    -- directory.ItemKind
    subscriber TEXT NOT NULL,    -- whose
    id         TEXT NOT NULL,    -- of the package, or the operator's id of the inbound document
    revision   INTEGER NOT NULL, -- as it was when it was chosen
    PRIMARY KEY (batch, seq)
) STRICT;
CREATE INDEX handover_items_by_item ON handover_items (kind, subscriber, id, revision);

CREATE TABLE handover_contents (
    batch  TEXT NOT NULL,    -- the hand-over
    item   INTEGER NOT NULL, -- which refers to it
    digest TEXT NOT NULL,    -- of the exported bytes
    size   INTEGER NOT NULL, -- in bytes
    PRIMARY KEY (batch, item, digest),
    FOREIGN KEY (batch, item) REFERENCES handover_items (batch, seq)
) STRICT;
CREATE INDEX handover_contents_by_digest ON handover_contents (digest, batch, item);

CREATE TABLE deletions (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT, -- order of deleting
    digest      TEXT NOT NULL,    -- of the bytes
    size        INTEGER NOT NULL, -- in bytes
    batch       TEXT NOT NULL REFERENCES handovers (id), -- acknowledged, holds them
    reference   TEXT NOT NULL,    -- the external archive's name of the batch
    actor       TEXT NOT NULL,    -- who deleted
    at          TEXT NOT NULL,    -- when this row was written, before the bytes were removed
    removed_at  TEXT,             -- NULL: the bytes may still be there
    restored_at TEXT              -- when the bytes came back, or were found to be needed; NULL: they are gone
) STRICT;
CREATE UNIQUE INDEX deletions_by_digest ON deletions (digest) WHERE restored_at IS NULL;
CREATE INDEX deletions_unfinished ON deletions (seq) WHERE removed_at IS NULL AND restored_at IS NULL;

-- Who refers to a content.
CREATE INDEX documents_by_digest ON documents (digest) WHERE digest IS NOT NULL;
CREATE INDEX documents_by_signature ON documents (signature) WHERE signature IS NOT NULL;
CREATE INDEX versions_by_digest ON versions (digest);
CREATE INDEX inbound_by_digest ON inbound_documents (digest) WHERE digest IS NOT NULL;
CREATE INDEX tasks_by_digest ON tasks (digest) WHERE digest IS NOT NULL;

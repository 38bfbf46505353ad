-- +goose Up
-- Times have microseconds; NULL is "not yet" or "no limit". Digests are the 32 bytes of SHA-256, NULL if there is none.
-- Lists and facts are JSON, NULL if empty. Text compares byte by byte, whatever the language of the database.

CREATE TABLE subscribers (
    id          text COLLATE "C" NOT NULL PRIMARY KEY, -- chosen by us
    title       text COLLATE "C" NOT NULL,             -- for people
    operator    text COLLATE "C" NOT NULL,             -- driver name
    endpoint    text COLLATE "C" NOT NULL,             -- URL of the operator's service
    box         text COLLATE "C" NOT NULL,             -- our box at the operator
    inn         text COLLATE "C" NOT NULL,             -- our INN
    kpp         text COLLATE "C" NOT NULL,             -- our KPP, may be empty
    login       text COLLATE "C" NOT NULL,             -- login name; the password is sealed, in table sealed
    login_kind  text COLLATE "C" NOT NULL,             -- directory.LoginKind
    department  text COLLATE "C" NOT NULL,             -- ours that sends, empty: the head department
    service_box text COLLATE "C" NOT NULL,             -- takes packages without a recipient at the operator, may be empty
    payer       text COLLATE "C" NOT NULL,             -- who pays the operator, empty: the subscriber itself
    service     text COLLATE "C" NOT NULL,             -- id of the signer of receipts and other service documents, may be empty
    forms       jsonb,                                 -- JSON list: calls that may give the printed form, in order
    pins        jsonb,                                 -- JSON list: acceptable server keys
    cas         bytea,                                 -- PEM: authorities to trust instead of the system's
    policy      jsonb NOT NULL,                        -- JSON object: edo.Policy
    enabled     boolean NOT NULL,                      -- may be used
    updated_at  timestamptz NOT NULL                   -- last change of the row
);

CREATE TABLE users (
    subscriber  text COLLATE "C" NOT NULL REFERENCES subscribers (id), -- for whom the user may act
    actor       text COLLATE "C" NOT NULL,                             -- the host's id of the user
    name        text COLLATE "C" NOT NULL,                             -- for people
    actions     jsonb NOT NULL,                                        -- JSON list of allowed actions
    kinds       jsonb,                                                 -- JSON list of allowed document kinds; NULL: all
    valid_from  timestamptz,                                           -- first moment
    valid_until timestamptz,                                           -- first moment after
    updated_at  timestamptz NOT NULL,                                  -- last change of the row
    PRIMARY KEY (subscriber, actor)
);

CREATE TABLE refusals (
    seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- order of refusals
    actor      text COLLATE "C" NOT NULL,                       -- who asked, as the host says
    principal  text COLLATE "C" NOT NULL,                       -- in whose stead, empty: in nobody's
    action     text COLLATE "C" NOT NULL,                       -- what for
    subscriber text COLLATE "C" NOT NULL,                       -- for whom; may be unknown to us
    kinds      jsonb,                                           -- JSON list of the documents' kinds
    why        text COLLATE "C" NOT NULL,                       -- one line for people
    at         timestamptz NOT NULL                             -- when
);
CREATE INDEX refusals_by_subscriber ON refusals (subscriber, seq);

CREATE TABLE substitutions (
    subscriber  text COLLATE "C" NOT NULL REFERENCES subscribers (id), -- for whom both act
    deputy      text COLLATE "C" NOT NULL,                             -- the host's id of the user who acts
    principal   text COLLATE "C" NOT NULL,                             -- the host's id of the user whose rights count
    actions     jsonb,                                                 -- JSON list of actions; NULL: all that the principal may
    kinds       jsonb,                                                 -- JSON list of document kinds; NULL: all
    valid_from  timestamptz,                                           -- first moment
    valid_until timestamptz NOT NULL,                                  -- first moment after
    updated_at  timestamptz NOT NULL,                                  -- last change of the row
    PRIMARY KEY (subscriber, deputy, principal)
);

-- Who was given raw XML, content or an export. The row is there before the first byte is given out.
CREATE TABLE readings (
    seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- order of readings
    actor      text COLLATE "C" NOT NULL,                       -- who read, as the host says; os:name at the command line
    principal  text COLLATE "C" NOT NULL,                       -- in whose stead, empty: in nobody's
    action     text COLLATE "C" NOT NULL,                       -- read-log, read-content or export
    subscriber text COLLATE "C" NOT NULL,                       -- whose
    what       text COLLATE "C" NOT NULL,                       -- id of the exchange, digest of the document, filter of the export
    at         timestamptz NOT NULL                             -- when
);
CREATE INDEX readings_by_subscriber ON readings (subscriber, seq);

CREATE TABLE signers (
    subscriber  text COLLATE "C" NOT NULL REFERENCES subscribers (id), -- for whom the person signs
    id          text COLLATE "C" NOT NULL,                             -- chosen by us
    info        jsonb NOT NULL,                                        -- JSON object: facts of the certificate, edo.SignerInfo
    certificate bytea NOT NULL,                                        -- X.509 in DER
    place       text COLLATE "C" NOT NULL,                             -- directory.Place: where the key is
    command     jsonb,                                                 -- JSON list: program and arguments that sign, with place command
    environment jsonb,                                                 -- JSON list of NAME=value: all that the program gets; no secrets
    kinds       jsonb,                                                 -- JSON list of document kinds the person may sign; NULL: all
    valid_from  timestamptz,                                           -- first moment
    valid_until timestamptz,                                           -- first moment after
    enabled     boolean NOT NULL,                                      -- may sign
    updated_at  timestamptz NOT NULL,                                  -- last change of the row
    PRIMARY KEY (subscriber, id)
);

CREATE TABLE sealed (
    subscriber text COLLATE "C" NOT NULL REFERENCES subscribers (id), -- whose secret
    kind       text COLLATE "C" NOT NULL,                             -- login or signer
    id         text COLLATE "C" NOT NULL,                             -- of the signer, empty for a login
    field      text COLLATE "C" NOT NULL,                             -- password, certificate, key, ...
    version    bigint NOT NULL,                                       -- of the secret: grows with every change
    epoch      bigint NOT NULL,                                       -- of the data key that sealed it
    bytes      bytea NOT NULL,                                        -- sealed before it came here; the master key is not in this database
    updated_at timestamptz NOT NULL,                                  -- last change of the secret
    used_at    timestamptz,                                           -- when it was opened for use, to the hour
    tries      bigint NOT NULL,                                       -- of a next credential: how often an operator was asked to take it
    tried_at   timestamptz,                                           -- when last
    PRIMARY KEY (subscriber, kind, id, field)
);

-- What every seal is bound to: one row.
CREATE TABLE installation (
    one      bigint NOT NULL PRIMARY KEY CHECK (one = 1), -- there is one
    id       text COLLATE "C" NOT NULL,                   -- random, made once
    master   bigint NOT NULL,                             -- id of the master key that wraps data keys now
    epoch    bigint NOT NULL,                             -- of the data keys that seal now
    rotating boolean NOT NULL                             -- a rotation has begun and has not ended
);

CREATE TABLE data_keys (
    subscriber text COLLATE "C" NOT NULL, -- whose secrets it seals; empty: of the installation, for fingerprints
    epoch      bigint NOT NULL,           -- of its rotation; 0 for fingerprints
    master     bigint NOT NULL,           -- id of the master key that wraps it
    wrapped    bytea NOT NULL,            -- the key, encrypted by the master key, which is not in this database
    PRIMARY KEY (subscriber, epoch)
);

CREATE TABLE operations (
    seq           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- order of acceptance
    subscriber    text COLLATE "C" NOT NULL,                       -- who sends
    package       text COLLATE "C" NOT NULL,                       -- id chosen by the host, unique per subscriber for ever
    operator      text COLLATE "C" NOT NULL,                       -- driver name
    from_box      text COLLATE "C" NOT NULL,                       -- our box it was sent from, empty until then
    actor         text COLLATE "C" NOT NULL,                       -- the host's user who asked
    payer         text COLLATE "C" NOT NULL,                       -- who pays the operator for it, empty: the subscriber
    channel       text COLLATE "C" NOT NULL,                       -- edo.Channel, empty: operator
    answer        text COLLATE "C" NOT NULL,                       -- edo.AnswerKind, empty: a package of its own
    text          text COLLATE "C" NOT NULL,                       -- of a refusal or a revocation
    in_reply_to   text COLLATE "C" NOT NULL,                       -- operator's id of the request that it answers, may be empty
    flow          text COLLATE "C" NOT NULL,                       -- edo.Flow, empty: signed
    consents      jsonb,                                           -- JSON list of edo.Consent
    set_id        text COLLATE "C" NOT NULL,                       -- the host's reference of the set it belongs to, may be empty
    period        text COLLATE "C" NOT NULL,                       -- what the documents are for, in the host's words, may be empty
    due           timestamptz,                                     -- when the host needs it to be with the operator
    to_inn        text COLLATE "C" NOT NULL,                       -- INN of the counterparty
    to_kpp        text COLLATE "C" NOT NULL,                       -- its KPP, may be empty
    to_name       text COLLATE "C" NOT NULL,                       -- its name, for people
    to_box        text COLLATE "C" NOT NULL,                       -- the box the host chose, may be empty
    address       jsonb NOT NULL,                                  -- JSON object: where it goes, edo.Address
    parties       jsonb,                                           -- JSON list of edo.Address: where an answer goes when there are several
    candidates    jsonb,                                           -- JSON list of edo.Address to choose from
    state         text COLLATE "C" NOT NULL,                       -- edo.State
    reason        text COLLATE "C" NOT NULL,                       -- edo.Reason, may be empty
    detail        text COLLATE "C" NOT NULL,                       -- one line for people
    message       text COLLATE "C" NOT NULL,                       -- the operator's id of the message
    operator_time timestamptz,                                     -- when the operator fixed it
    sent_at       timestamptz,                                     -- the same on our clock
    skew          bigint NOT NULL,                                 -- sent_at minus operator_time in nanoseconds
    attempts      bigint NOT NULL,                                 -- sends begun
    resends       bigint NOT NULL,                                 -- sends repeated after a doubt
    doubt_since   timestamptz,                                     -- operator's time of the first answer without it
    not_found     bigint NOT NULL,                                 -- consecutive sure answers "not found"
    created_at    timestamptz NOT NULL,                            -- when it was accepted
    updated_at    timestamptz NOT NULL,                            -- last change
    revision      bigint NOT NULL,                                 -- grows with every change
    UNIQUE (subscriber, package)
);
CREATE INDEX operations_by_time ON operations (created_at, seq);
CREATE INDEX operations_by_subscriber ON operations (subscriber, created_at, seq);
CREATE INDEX operations_by_request ON operations (subscriber, in_reply_to, seq) WHERE in_reply_to <> '';
CREATE INDEX operations_waiting ON operations (subscriber, to_inn, seq) WHERE state = 'waiting';
CREATE INDEX operations_accepted ON operations (coalesce(operator_time, sent_at)) WHERE sent_at IS NOT NULL; -- what is paid for

CREATE TABLE documents (
    operation    bigint NOT NULL REFERENCES operations (seq), -- the package
    position     bigint NOT NULL,                             -- place in the package, from 0
    id           text COLLATE "C" NOT NULL,                   -- chosen by the host
    name         text COLLATE "C" NOT NULL,                   -- file name
    kind         text COLLATE "C" NOT NULL,                   -- as the counterparty reads it
    number       text COLLATE "C" NOT NULL,                   -- number of the paper, may be empty
    comment      text COLLATE "C" NOT NULL,                   -- may be empty
    external_id  text COLLATE "C" NOT NULL,                   -- the host's own reference
    digest       bytea,                                       -- of the bytes in the archive, NULL until an answer is written
    size         bigint NOT NULL,                             -- in bytes
    type         text COLLATE "C" NOT NULL,                   -- the operator's name of the type, empty: untyped
    date         timestamptz,                                 -- of the paper
    sum          text COLLATE "C" NOT NULL,                   -- decimal, may be empty
    parent       text COLLATE "C" NOT NULL,                   -- operator's id of what it answers, may be empty
    related      jsonb,                                       -- JSON list: operator's ids of documents it belongs to
    need_sign    boolean NOT NULL,                            -- the counterparty is asked to sign
    need_receipt boolean NOT NULL,                            -- the counterparty is asked to confirm the receipt
    signer       text COLLATE "C" NOT NULL,                   -- whose key signs, empty if it came signed
    signed_by    jsonb NOT NULL,                              -- JSON object: facts of the certificate, edo.SignerInfo
    signature    bytea,                                       -- digest of the detached CMS in the archive
    verdict      text COLLATE "C" NOT NULL,                   -- what our check of the signature said
    remote       text COLLATE "C" NOT NULL,                   -- the operator's id of the document
    state        text COLLATE "C" NOT NULL,                   -- edo.State at the counterparty, empty until sent
    answer_text  text COLLATE "C" NOT NULL,                   -- what the counterparty wrote when it refused
    stamp        text COLLATE "C" NOT NULL,                   -- edo.StampState
    stamp_reason text COLLATE "C" NOT NULL,                   -- edo.Reason, may be empty
    stamp_detail text COLLATE "C" NOT NULL,                   -- one line for people
    form_faults  bigint NOT NULL,                             -- answers that were no printed form
    PRIMARY KEY (operation, id)
);
CREATE INDEX documents_by_remote ON documents (remote) WHERE remote <> '';

CREATE TABLE versions (
    operation bigint NOT NULL,           -- the package
    document  text COLLATE "C" NOT NULL, -- the document in it
    role      text COLLATE "C" NOT NULL, -- edo.Role; at most one of each
    name      text COLLATE "C" NOT NULL, -- file name for the host
    digest    bytea NOT NULL,            -- of the bytes in the archive
    size      bigint NOT NULL,           -- in bytes
    source    text COLLATE "C" NOT NULL, -- the call that gave it
    remark    text COLLATE "C" NOT NULL, -- whether a stamp was recognised
    exchange  text COLLATE "C" NOT NULL, -- row of the message log
    at        timestamptz NOT NULL,      -- when it was stored
    PRIMARY KEY (operation, document, role),
    FOREIGN KEY (operation, document) REFERENCES documents (operation, id)
);

CREATE TABLE jobs (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- never used twice
    subscriber text COLLATE "C" NOT NULL,                       -- whose work
    package    text COLLATE "C" NOT NULL,                       -- the package, or what else edo.JobKind says; empty for work on the box
    document   text COLLATE "C" NOT NULL,                       -- empty for work on the whole package
    kind       text COLLATE "C" NOT NULL,                       -- edo.JobKind
    due        timestamptz NOT NULL,                            -- not before
    tries      bigint NOT NULL,                                 -- claims so far, since it last had ended
    born       timestamptz NOT NULL,                            -- when it was made, or woken after it had ended
    fence      bigint NOT NULL,                                 -- grows with every claim
    owner      text COLLATE "C" NOT NULL,                       -- who holds it, empty: nobody
    until      timestamptz,                                     -- end of the lease
    woken      timestamptz,                                     -- when it is due again whatever its holder decides: somebody woke it meanwhile
    done_at    timestamptz,                                     -- NULL: there is work left
    reason     text COLLATE "C" NOT NULL DEFAULT '',            -- edo.Reason why it was given back last, may be empty
    detail     text COLLATE "C" NOT NULL DEFAULT '',            -- one line for people
    faults     bigint NOT NULL DEFAULT 0,                       -- internal faults in a row
    called_at  timestamptz,                                     -- when the sweep called somebody to it last
    UNIQUE (subscriber, package, document, kind)
);
CREATE INDEX jobs_by_due ON jobs (due, id) WHERE done_at IS NULL;
CREATE INDEX jobs_by_lease ON jobs (until) WHERE until IS NOT NULL;
CREATE INDEX jobs_unfinished ON jobs (subscriber, id) WHERE done_at IS NULL;

CREATE TABLE attempts (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- order of claims
    job      bigint NOT NULL REFERENCES jobs (id),            -- what was claimed
    fence    bigint NOT NULL,                                 -- of this claim
    owner    text COLLATE "C" NOT NULL,                       -- who claimed
    at       timestamptz NOT NULL,                            -- when
    ended_at timestamptz,                                     -- NULL: interrupted, or still running
    result   text COLLATE "C" NOT NULL,                       -- the state it ended in
    detail   text COLLATE "C" NOT NULL,                       -- one line for people
    UNIQUE (job, fence)
);

CREATE TABLE events (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- place in the list of what hosts have to know
    subscriber  text COLLATE "C" NOT NULL,                       -- whose
    package     text COLLATE "C" NOT NULL,                       -- which package, empty if it is about none
    kind        text COLLATE "C" NOT NULL,                       -- edo.EventKind
    state       text COLLATE "C" NOT NULL,                       -- of the package
    reason      text COLLATE "C" NOT NULL,                       -- edo.Reason, may be empty
    detail      text COLLATE "C" NOT NULL,                       -- one line for people
    document    text COLLATE "C" NOT NULL,                       -- empty for the whole package
    external_id text COLLATE "C" NOT NULL,                       -- the host's own reference
    stamp       text COLLATE "C" NOT NULL,                       -- edo.StampState
    version     jsonb,                                           -- JSON object: edo.Version
    at          timestamptz NOT NULL,                            -- when
    inbound     jsonb,                                           -- JSON object: edo.InboundDocument as it was then
    task        jsonb,                                           -- JSON object: edo.SignatureTask as it was then
    reach       jsonb,                                           -- JSON object: edo.CounterpartyStatus as it was then
    revision    bigint NOT NULL,                                  -- of the operation, or as the event's author said
    actor       text COLLATE "C" NOT NULL                        -- whose package it is, or who did what it tells: "B for A" if B stood in for A; may be empty
);
CREATE INDEX events_by_subscriber ON events (subscriber, seq);

CREATE TABLE acknowledgements (
    subscriber text COLLATE "C" NOT NULL, -- whose events
    consumer   text COLLATE "C" NOT NULL, -- which host
    seq        bigint NOT NULL,           -- everything up to here has reached it
    PRIMARY KEY (subscriber, consumer)
);

-- What came in. A message is a row before anything of it is read, so that none is forgotten.
CREATE TABLE inbound_messages (
    subscriber text COLLATE "C" NOT NULL, -- whose box
    message    text COLLATE "C" NOT NULL, -- the operator's id
    from_box   text COLLATE "C" NOT NULL, -- of the sender
    state      text COLLATE "C" NOT NULL, -- edo.InboundState, never goes back
    found      text COLLATE "C" NOT NULL, -- cursor or check: which way it was found first
    detail     text COLLATE "C" NOT NULL, -- one line for people
    listed_at  timestamptz,               -- when it was found first
    stored_at  timestamptz,               -- when all of it was durable
    PRIMARY KEY (subscriber, message)
);

CREATE TABLE inbound_documents (
    seq            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- order of storing
    subscriber     text COLLATE "C" NOT NULL,                       -- whose box
    remote         text COLLATE "C" NOT NULL,                       -- the operator's id
    message        text COLLATE "C" NOT NULL,                       -- that brought it first
    sender         jsonb NOT NULL,                                  -- JSON object: edo.Address
    name           text COLLATE "C" NOT NULL,                       -- safe file name
    type           text COLLATE "C" NOT NULL,                       -- the operator's name of the type
    class          text COLLATE "C" NOT NULL,                       -- edo.Class
    kind           text COLLATE "C" NOT NULL,                       -- free text, as the sender wrote it
    kind_id        text COLLATE "C" NOT NULL,                       -- of the configured kind, empty: none fits
    number         text COLLATE "C" NOT NULL,                       -- of the paper
    date           timestamptz,                                     -- of the paper
    sum            text COLLATE "C" NOT NULL,                       -- decimal, as it came
    comment        text COLLATE "C" NOT NULL,                       -- of the sender
    custom_field   text COLLATE "C" NOT NULL,                       -- the sender's own integration field
    text           text COLLATE "C" NOT NULL,                       -- of a refusal or a revocation offer
    parent         text COLLATE "C" NOT NULL,                       -- operator's id of what it answers, may be empty
    root           text COLLATE "C" NOT NULL,                       -- operator's id of the document that began the flow
    flow           text COLLATE "C" NOT NULL,                       -- edo.Flow
    need_sign      boolean NOT NULL,                                -- we are asked to sign
    need_receipt   boolean NOT NULL,                                -- the sender asks for a receipt
    notice_due     boolean NOT NULL,                                -- the operator says that a notice is due from us
    state          text COLLATE "C" NOT NULL,                       -- edo.InboundState, never goes back
    digest         bytea,                                           -- of the bytes in the archive, NULL until stored
    size           bigint NOT NULL,                                 -- in bytes
    signatures     jsonb,                                           -- JSON list of edo.InboundSignature; the CMS are in the archive
    legitimate     boolean NOT NULL,                                -- the operator calls it legally significant
    not_legitimate jsonb,                                           -- JSON list: the operator's reasons why not
    operator_time  timestamptz,                                     -- when the operator fixed it
    received_at    timestamptz NOT NULL,                            -- on our clock
    skew           bigint NOT NULL,                                 -- received_at minus operator_time in nanoseconds
    fate           text COLLATE "C" NOT NULL,                       -- edo.State by answers of ours, never goes back; empty before
    about          jsonb NOT NULL,                                  -- JSON object: edo.Key of the package of ours that it answers
    document       text COLLATE "C" NOT NULL,                       -- id of the document of ours that it answers
    responsible    text COLLATE "C" NOT NULL,                       -- the host's user who gets it
    why            jsonb NOT NULL,                                  -- JSON object: edo.Sentence, why this person
    term_due       timestamptz,                                     -- until when it must be answered, by the operator's clock
    term_warn      timestamptz,                                     -- when people are reminded
    term_state     text COLLATE "C" NOT NULL,                       -- edo.TermState
    reply          jsonb NOT NULL,                                  -- JSON object: edo.Reply
    exchange       text COLLATE "C" NOT NULL,                       -- row of the message log
    revision       bigint NOT NULL,                                 -- grows with every change
    UNIQUE (subscriber, remote)
);
CREATE INDEX inbound_by_time ON inbound_documents (received_at, seq);
CREATE INDEX inbound_by_subscriber ON inbound_documents (subscriber, received_at, seq);
CREATE INDEX inbound_by_message ON inbound_documents (subscriber, message, seq);
CREATE INDEX inbound_by_parent ON inbound_documents (subscriber, parent, seq) WHERE parent <> '';
CREATE INDEX inbound_by_term ON inbound_documents (subscriber, term_state, received_at, seq) WHERE term_state <> '';

CREATE TABLE cursors (
    subscriber text COLLATE "C" NOT NULL PRIMARY KEY, -- whose box
    last       jsonb,                                 -- JSON list: ids of the latest messages, oldest first; reading begins again at the first
    as_of      timestamptz,                           -- the operator's time of the latest page
    read_at    timestamptz,                           -- the same on our clock
    checked_to timestamptz,                           -- operator's time up to which the slow check has looked
    skew       bigint NOT NULL,                       -- our clock minus the operator's in nanoseconds
    refusal    text COLLATE "C" NOT NULL              -- why the box cannot be read, empty: it can
);

CREATE TABLE tasks (
    subscriber text COLLATE "C" NOT NULL, -- for whom
    package    text COLLATE "C" NOT NULL, -- the package that waits
    document   text COLLATE "C" NOT NULL, -- the document that needs a signature
    signer     text COLLATE "C" NOT NULL, -- id of the person
    required   jsonb NOT NULL,            -- JSON object: the certificate wanted, edo.SignerInfo
    purpose    text COLLATE "C" NOT NULL, -- edo.AnswerKind, empty: a package of its own
    name       text COLLATE "C" NOT NULL, -- file name, for people
    kind       text COLLATE "C" NOT NULL, -- of the document, for people
    digest     bytea,                     -- of the exact bytes in the archive
    size       bigint NOT NULL,           -- in bytes
    state      text COLLATE "C" NOT NULL, -- edo.TaskState
    detail     text COLLATE "C" NOT NULL, -- of a refusal
    actor      text COLLATE "C" NOT NULL, -- who ended it
    created_at timestamptz NOT NULL,      -- when it was opened
    deadline   timestamptz NOT NULL,      -- overdue after
    ended_at   timestamptz,               -- NULL: it waits
    PRIMARY KEY (subscriber, package, document)
);
CREATE INDEX tasks_waiting ON tasks (subscriber, deadline) WHERE state IN ('open', 'overdue');
CREATE INDEX tasks_by_time ON tasks (subscriber, created_at);

-- Other organisations as each subscriber reaches them.
CREATE TABLE reach (
    subscriber   text COLLATE "C" NOT NULL, -- who wants to reach it
    inn          text COLLATE "C" NOT NULL, -- INN of the other organisation or person
    kpp          text COLLATE "C" NOT NULL, -- KPP of its branch, may be empty
    introduction jsonb NOT NULL,            -- JSON object: what is known of it, edo.Introduction
    state        text COLLATE "C" NOT NULL, -- edo.CounterpartyState
    address      jsonb NOT NULL,            -- JSON object: its box, edo.Address
    candidates   jsonb,                     -- JSON list of edo.Address to choose from
    relation     text COLLATE "C" NOT NULL, -- edo.RelationState
    registered   boolean NOT NULL,          -- by us
    reason       text COLLATE "C" NOT NULL, -- edo.Reason, may be empty
    detail       text COLLATE "C" NOT NULL, -- one line for people
    updated_at   timestamptz NOT NULL,      -- last change
    revision     bigint NOT NULL,           -- grows with every change
    sought       text COLLATE "C" NOT NULL, -- its name as directory.Sought gives it, to search and sort by
    PRIMARY KEY (subscriber, inn, kpp)
);
CREATE INDEX reach_by_time ON reach (subscriber, updated_at);
CREATE INDEX reach_by_name ON reach (subscriber, sought, inn, kpp, state);

CREATE TABLE responsibles (
    subscriber text COLLATE "C" NOT NULL REFERENCES subscribers (id), -- whose documents
    scope      text COLLATE "C" NOT NULL,                             -- edo.Scope
    inn        text COLLATE "C" NOT NULL,                             -- of the counterparty, with scope counterparty
    kpp        text COLLATE "C" NOT NULL,                             -- of its branch, empty: all
    kind       text COLLATE "C" NOT NULL,                             -- id of a kind, empty: all
    actor      text COLLATE "C" NOT NULL,                             -- the host's user who gets them
    updated_at timestamptz NOT NULL,                                  -- last change of the row
    PRIMARY KEY (subscriber, scope, inn, kpp, kind)
);

CREATE TABLE absences (
    subscriber text COLLATE "C" NOT NULL REFERENCES subscribers (id), -- where the person is responsible
    actor      text COLLATE "C" NOT NULL,                             -- the host's user who is away
    away_from  timestamptz NOT NULL,                                  -- first moment away
    away_until timestamptz NOT NULL,                                  -- first moment back
    updated_at timestamptz NOT NULL,                                  -- last change of the row
    PRIMARY KEY (subscriber, actor, away_from)
);

-- The message log: one row per exchange. The request half is written before the first byte leaves and never changed.
-- What is large (head, masked XML and the list of what is replaced in it) is packed, see package compact.
CREATE TABLE exchanges (
    seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, -- place in the log
    id         text COLLATE "C" NOT NULL UNIQUE,                -- edo.ExchangeID
    subscriber text COLLATE "C" NOT NULL,                       -- who called
    package    text COLLATE "C" NOT NULL,                       -- empty if it belongs to none
    document   text COLLATE "C" NOT NULL,                       -- empty if it belongs to none
    actor      text COLLATE "C" NOT NULL,                       -- the host's user who asked for the package, empty if nobody did
    inn        text COLLATE "C" NOT NULL,                       -- INN of the package's counterparty, may be empty
    kpp        text COLLATE "C" NOT NULL,                       -- its KPP, may be empty
    operation  text COLLATE "C" NOT NULL,                       -- the operator's name of the call
    endpoint   text COLLATE "C" NOT NULL,                       -- scheme, host and path
    at         timestamptz NOT NULL,                            -- before the first byte
    size       bigint NOT NULL,                                 -- of the exact body in bytes
    position   bigint NOT NULL,                                 -- of the link, in table links
    text       bytea NOT NULL,                                  -- digest of the masked XML
    raw        bytea NOT NULL                                   -- packed: request line and headers without secrets, and the XML as sent, secrets masked, content by digest
);
CREATE INDEX exchanges_by_subscriber ON exchanges (subscriber, seq);
CREATE INDEX exchanges_by_package ON exchanges (package, subscriber, seq) WHERE package <> '';
CREATE INDEX exchanges_by_document ON exchanges (document, seq) WHERE document <> '';
CREATE INDEX exchanges_by_actor ON exchanges (actor, seq) WHERE actor <> '';
CREATE INDEX exchanges_by_inn ON exchanges (inn, seq) WHERE inn <> '';
CREATE INDEX exchanges_by_time ON exchanges (at, seq);
ALTER TABLE exchanges ALTER COLUMN raw SET STORAGE EXTERNAL; -- it is packed already

-- The answer half, written once. An exchange without it was interrupted or is running.
CREATE TABLE answers (
    exchange       bigint PRIMARY KEY REFERENCES exchanges (seq), -- the request
    at             timestamptz NOT NULL,                          -- when the answer, or its absence, was certain
    outcome        text COLLATE "C" NOT NULL,                     -- edo.Outcome
    code           text COLLATE "C" NOT NULL,                     -- the operator's code of a fault
    http_status    bigint NOT NULL,                               -- 0 if there was none
    size           bigint NOT NULL,                               -- of the exact body in bytes
    digest         bytea,                                         -- of the exact body as received
    request_digest bytea,                                         -- of the exact body as sent, NULL if it was not sent whole
    request_sent   bigint NOT NULL,                               -- bytes of the request body handed to the connection
    note           text COLLATE "C" NOT NULL,                     -- for people
    position       bigint NOT NULL,                               -- of the link, in table links
    text           bytea NOT NULL,                                -- digest of the masked XML
    raw            bytea NOT NULL                                 -- packed: status line and headers, and the XML as received, secrets masked, content by digest
);
CREATE INDEX answers_by_outcome ON answers (outcome, exchange);
ALTER TABLE answers ALTER COLUMN raw SET STORAGE EXTERNAL; -- it is packed already

-- The chain of the log: every half is a link, written in the transaction of its row, in the order of commits.
CREATE TABLE links (
    subscriber text COLLATE "C" NOT NULL, -- whose chain
    position   bigint NOT NULL,           -- from 1 without gaps
    half       bigint NOT NULL,           -- 1: a row of exchanges, 2: a row of answers
    exchange   bigint NOT NULL,           -- its exchange's seq; no reference, so that a link outlives what somebody deletes
    digest     bytea NOT NULL,            -- over the half and the link before, see directory.Link
    PRIMARY KEY (subscriber, position)
);

-- The log is append-only. Nothing in it is deleted when a term of keeping ends: that is content in the archive, which
-- is in no table of the log.
-- +goose StatementBegin
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the message log is append-only'; END $$;
-- +goose StatementEnd
CREATE TRIGGER exchanges_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON exchanges FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER answers_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON answers FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER links_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON links FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- What each open store has committed last, so that it can find out whether a COMMIT whose answer was lost has happened.
CREATE TABLE writers (
    id      text COLLATE "C" NOT NULL, -- of the open store, random
    shard   bigint NOT NULL,           -- the lock that its transactions of this row hold
    number  bigint NOT NULL,           -- of its latest transaction under that lock
    seen_at timestamptz NOT NULL,      -- when, by the clock of the database
    PRIMARY KEY (id, shard)
);

-- What was handed over to an external archive, and what was deleted afterwards. Nothing of it is ever taken away.
CREATE TABLE handovers (
    id              text COLLATE "C" NOT NULL PRIMARY KEY, -- edo.BatchID
    subscriber      text COLLATE "C" NOT NULL,             -- whose documents, empty: of all
    until           timestamptz NOT NULL,                  -- documents that were accepted or came in before
    place           text COLLATE "C" NOT NULL,             -- folder of the export
    state           text COLLATE "C" NOT NULL,             -- directory.HandoverState
    actor           text COLLATE "C" NOT NULL,             -- who asked for it
    created_at      timestamptz NOT NULL,                  -- when the items were chosen
    items           bigint NOT NULL,                       -- how many
    contents        bigint NOT NULL,                       -- distinct contents, 0 until exported
    bytes           bigint NOT NULL,                       -- of them, 0 until exported
    exported_at     timestamptz,                           -- when all of it was written
    manifest        bytea,                                 -- digest of the manifest
    reference       text COLLATE "C" NOT NULL,             -- the external archive's name of it, empty until acknowledged
    acknowledged_at timestamptz,                           -- when we were told
    acknowledged_by text COLLATE "C" NOT NULL              -- who told us
);
CREATE INDEX handovers_by_time ON handovers (created_at, id);
CREATE UNIQUE INDEX handovers_by_place ON handovers (place) WHERE state = 'open';

CREATE TABLE handover_items (
    batch      text COLLATE "C" NOT NULL REFERENCES handovers (id), -- the hand-over
    seq        bigint NOT NULL,                                     -- place in it, from 1
    kind       text COLLATE "C" NOT NULL,                           -- directory.ItemKind
    subscriber text COLLATE "C" NOT NULL,                           -- whose
    id         text COLLATE "C" NOT NULL,                           -- of the package, or the operator's id of the inbound document
    revision   bigint NOT NULL,                                     -- as it was when it was chosen
    PRIMARY KEY (batch, seq)
);
CREATE INDEX handover_items_by_item ON handover_items (kind, subscriber, id, revision);

CREATE TABLE handover_contents (
    batch  text COLLATE "C" NOT NULL, -- the hand-over
    item   bigint NOT NULL,           -- which refers to it
    digest bytea NOT NULL,            -- of the exported bytes
    size   bigint NOT NULL,           -- in bytes
    PRIMARY KEY (batch, item, digest),
    FOREIGN KEY (batch, item) REFERENCES handover_items (batch, seq)
);
CREATE INDEX handover_contents_by_digest ON handover_contents (digest, batch, item);

CREATE TABLE deletions (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,     -- order of deleting
    digest      bytea NOT NULL,                                      -- of the bytes
    size        bigint NOT NULL,                                     -- in bytes
    batch       text COLLATE "C" NOT NULL REFERENCES handovers (id), -- acknowledged, holds them
    reference   text COLLATE "C" NOT NULL,                           -- the external archive's name of the batch
    actor       text COLLATE "C" NOT NULL,                           -- who deleted
    at          timestamptz NOT NULL,                                -- when this row was written, before the bytes were removed
    removed_at  timestamptz,                                         -- NULL: the bytes may still be there
    restored_at timestamptz                                          -- when the bytes came back, or were found to be needed; NULL: they are gone
);
CREATE UNIQUE INDEX deletions_by_digest ON deletions (digest) WHERE restored_at IS NULL;
CREATE INDEX deletions_unfinished ON deletions (seq) WHERE removed_at IS NULL AND restored_at IS NULL;

-- Who refers to a content.
CREATE INDEX documents_by_digest ON documents (digest) WHERE digest IS NOT NULL;
CREATE INDEX documents_by_signature ON documents (signature) WHERE signature IS NOT NULL;
CREATE INDEX versions_by_digest ON versions (digest);
CREATE INDEX inbound_by_digest ON inbound_documents (digest) WHERE digest IS NOT NULL;
CREATE INDEX tasks_by_digest ON tasks (digest) WHERE digest IS NOT NULL;

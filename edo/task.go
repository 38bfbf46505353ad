package edo

import "time"

// TaskState is where a signature task stands.
type TaskState string

// States of a signature task. An overdue one can still be completed: nothing is lost because a person was late.
const (
	TaskOpen    TaskState = "open"
	TaskOverdue TaskState = "overdue"
	TaskSigned  TaskState = "signed"
	TaskRefused TaskState = "refused"
)

// Waiting reports whether the task still waits for a signature.
func (s TaskState) Waiting() bool { return s == TaskOpen || s == TaskOverdue }

// TaskKey names a signature task: one document of one package needs one signature.
type TaskKey struct {
	Key      Key
	Document DocumentID
}

// SignatureTask waits for a signature that is made where the key is: the exact bytes are in the archive under Digest.
type SignatureTask struct {
	Key       TaskKey
	Signer    SignerID
	Required  SignerInfo // the certificate wanted
	Purpose   AnswerKind // empty: a package of its own
	Name      string     // of the document, for people
	Kind      string
	Digest    Digest
	Size      int64
	State     TaskState
	Detail    string // of a refusal
	Actor     ActorID
	CreatedAt time.Time
	Deadline  time.Time
	EndedAt   time.Time
}

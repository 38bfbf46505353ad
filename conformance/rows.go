package conformance

// Row is one line of the acceptance table: what the two utilities this module was made for were promised.
type Row struct{ ID, Says string }

// Rows is the acceptance table: S systems, B books and screens, V the utility with a document system, M the utility with a
// billing system.
func Rows() []Row {
	return []Row{
		{"S1", "Every operation and every fault code of the operator's contract is understood, unknown members are passed over."},
		{"S2", "A counterparty is none, one or many boxes; many never becomes one by itself."},
		{"S3", "Sending to oneself or from a foreign box never reaches the operator."},
		{"S4", "What comes in is handed over once, whatever is killed when."},
		{"S5", "A small adapter launches the plugin, sends a version with its signature, pulls events and keeps one stamped version."},
		{"S6", "A client's portal sends what was signed there, lists, reads and signs back."},
		{"S7", "Any system reads events from a place and goes on without gaps."},
		{"S8", "References of other systems come back on every later event."},
		{"S10", "Operator, e-mail and paper are channels of one plan."},
		{"S11", "A signature made elsewhere is taken; what is missing for one is listed."},
		{"S14", "An event of delivery has the operator's ids."},
		{"S16", "Formalised documents pass untouched, byte for byte."},
		{"B1", "Logins and passwords of our subscribers are kept sealed and appear nowhere."},
		{"B2", "Who may send is a list that is asked before any call; a change holds at once."},
		{"B3", "Every send is one message row, every try one attempt row, found by document, box, state and time."},
		{"B4", "The raw request and answer are kept, secrets masked, every other byte as it was on the wire."},
		{"B5", "The three reference books come out under their names and columns."},
		{"B6", "Menus and buttons differ by card type and say why something is disabled."},
		{"B7", "Settings have defaults; what is wrong with them is found and told in a plain sentence."},
		{"V1", "The counterparty is looked up before anything is sent."},
		{"V2", "A missing counterparty is registered once, however many ask at once."},
		{"V3", "Box, then signature, then sending: an invalid signature never leaves."},
		{"V4", "The inbound kinds are data; an unknown one goes to a default route."},
		{"V5", "What comes in reaches the responsible person by kind and absence, with the reason."},
		{"V6", "The outgoing kinds are data, too."},
		{"V7", "An answer goes out in the mode that the client chose."},
		{"V8", "The operator fixes fact and time; its time stands beside ours."},
		{"V9", "Terms are decided by the operator's time and proved without us."},
		{"V10", "The proof holds without our own log, and our log shows every change."},
		{"V11", "A printed form that is not ready yet, never comes, or is broken are different answers."},
		{"V12", "The stamped form becomes exactly one second version."},
		{"V13", "A package is sent and stamped as one piece of work that goes on after every interruption."},
		{"V14", "What was exchanged can be looked at and replayed."},
		{"V15", "The date is fixed by the operator whatever the channel."},
		{"V16", "The client opens, signs back or refuses, and the text of a refusal arrives."},
		{"V17", "Consents ride with the submission."},
		{"V18", "What is counted equals what the operator took."},
		{"V19", "A package that is sent again is the same package."},
		{"V21", "Both signatures verify, and a contract's states never go back."},
		{"V22", "A new kind of document needs settings only."},
		{"M3", "The signer of each document is chosen by a field; unknown, expired, absent and not authorised are four answers."},
		{"M4", "The key may be anywhere: in a file, on a card, at the host."},
		{"M10", "Content leaves for an external archive and is deleted only after it was acknowledged."},
	}
}

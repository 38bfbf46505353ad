package adaptertest

// rules, with the packages that [tricks] makes special in their order.
func rules() []rule {
	return []rule{
		{
			id: "repeats-lost", sentence: "repeats a package under the same id when its answer was lost", clause: "Send: after UNAVAILABLE repeat with the same id",
			why:     "a package that is given up after a lost answer is at the operator, and its card says that it is not",
			does:    "the second package is taken and answered UNAVAILABLE once",
			expects: "it comes again under the same id",
			judge:   repeatsLost,
		},
		{
			id: "asks-doubtful", sentence: "asks for the status of a package whose outcome is unknown, or repeats it under the same id", clause: "UNKNOWN: ask Status, never another id",
			why:     "a card that stays unknown is sent again by hand",
			does:    "the third package is taken and answered UNKNOWN once",
			expects: "afterwards Status of it, or the same package again",
			judge:   asksDoubtful,
		},
		{
			id: "never-another", sentence: "never sends the same documents under another id because of a lost or unknown answer", clause: "exactly once",
			why:     "under another id the same contract goes to the counterparty twice",
			does:    "the second package is answered UNAVAILABLE once, the third UNKNOWN once, both taken",
			expects: "afterwards no package of the same subscriber that has another id and the same documents in the same order",
			judge:   neverAnother,
		},
		{
			id: "accepts-refusal", sentence: "does not repeat by itself what was refused for lack of a right", clause: "PERMISSION_DENIED: show it",
			why:     "an adapter that repeats a refusal keeps the clerk waiting for what only an administrator can change",
			does:    "the seventh package is refused with PERMISSION_DENIED, however often it comes",
			expects: "it comes once",
			judge:   acceptsRefusal,
		},
		{
			id: "asks-again-cut", sentence: "asks again for content that was cut off", clause: "a stream without its trailer is broken",
			why:     "half a file on the card is no stamped version",
			does:    "the stamped version of each document of the first package ends in an error after half of its bytes, the first time",
			expects: "each of them is read to its end afterwards",
			judge:   asksAgain(cut),
		},
		{
			id: "asks-again-wrong", sentence: "asks again for content whose digest is not the announced one", clause: "compare size and SHA-256 with what arrived",
			why:     "other bytes under the name of the stamped version are a forged paper",
			does:    "the stamped version of each document of the fourth package comes with one byte changed, the first time",
			expects: "each of them is read to its end afterwards",
			judge:   asksAgain(wrong),
		},
		{
			id: "acknowledges-safe", sentence: "acknowledges an event only when its version has come whole", clause: "Acknowledge: what is safe on the host's side",
			why:     "what is acknowledged is not offered again: a version that had not come whole is missing on the card for good",
			does:    "events of each package, among them one for each stamped version; Acknowledge of any place is noted",
			expects: "at each Acknowledge all stamped versions that were offered to this subscriber up to the place were read to their end before",
			judge:   acknowledgesSafe,
		},
		{
			id: "acknowledges-given", sentence: "acknowledges nothing that was not given to it", clause: "Acknowledge",
			why:     "events that come later, at a place that is acknowledged already, never reach their cards",
			does:    "events, as many as are asked for; Acknowledge of any place is noted",
			expects: "no place beyond the last event given to this subscriber before, or beyond a place from which it asked in vain",
			judge:   acknowledgesGiven,
		},
		{
			id: "passes-foreign", sentence: "goes on past events of kinds that it does not know", clause: "an enum value you do not know means unspecified",
			why:     "a newer plugin would stop an older adapter, and no card would change any more",
			does:    "an event of an unknown kind in front of the versions of each package that is taken",
			expects: "behind each of them Acknowledge of a later place, Deliver from a later place, or a version of its package read to its end",
			judge:   passesForeign,
		},
		{
			id: "goes-on", sentence: "launches the plugin again when it dies, and asks for events from a place that is safe", clause: "Deliver: at least once",
			why:     "without it the exchange stands still until somebody restarts the document system, or cards stay without their events",
			does:    "the plugin gives events of the sixth package and dies at the next Deliver, Acknowledge or Content, once",
			expects: "it is launched again, and the first Deliver of this subscriber asks from no later place than was acknowledged before it died, or, by a host that acknowledges nothing, than was given",
			judge:   goesOn,
		},
		{
			id: "ends-in-order", sentence: "ends the plugin in order", clause: "Drain before Shutdown",
			why:     "a plugin that is killed at its work leaves the rest of it for the next start",
			does:    "nothing: calls of Drain are noted",
			expects: "at least one Drain",
			judge:   endsInOrder,
		},
		{
			id: "one-version", sentence: "keeps exactly one stamped version when it is offered twice", clause: "apply an event by key, document and digest",
			why:     "two versions on a card make people ask which one counts",
			does:    "the stamped version of each document of the fifth package is offered in two events",
			expects: "a person sees exactly one stamped version on the card; the case itself gives no verdict",
			judge:   oneVersion,
		},
		{
			id: "shows-text", sentence: "shows the plugin's sentence for a clerk when a package is refused", clause: "ErrorDetail.text_ru",
			why:     "a clerk who sees a code or nothing calls the administrator, or sends again",
			does:    "the seventh package is refused with PERMISSION_DENIED and a sentence for people",
			expects: "a person sees that the user was told the reason in words; the case itself gives no verdict",
			judge:   showsText,
		},
	}
}

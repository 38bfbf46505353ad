package mockoperator

// brokenMask is the old mask of operations as the contract describes it: incomplete, with MarkAsRead (1) always set, which is
// the same bit as SignCargoDeliveryByCarrier. Only Print (256) and Download (512) are right.
const brokenMask = 1 | 256 | 512

// operations are the names of what the caller may do now. The caller of this holds the lock.
func (o *Operator) operations(r *record, c *occurrence, v view) []string {
	var out []string
	add := func(ok bool, name string) {
		if ok {
			out = append(out, name)
		}
	}
	sender, _ := o.owner(c.entry.From)
	waits := v.own != nil && v.own.Signing == "WaitingForSign" && v.revocation != "RevocationAccepted"
	if c.kind == "SentSigned" && sender == v.org {
		waits = false
	}
	if waits && o.scenario.Flow.ReceiptBeforeSign == ReceiptRequired && c.kind == "SentSigned" && r.Type != "RevocationOffer" {
		add(v.own.Delivery == "DeliveredToRecipient", "Sign")
	} else {
		add(waits, "Sign")
	}
	add(waits || o.correctable(r, v), "Reject")
	own := sender == v.org && c == r.original()
	add(own && (r.Type == "Invoice" || r.Type == "InvoiceRevision"), "SendRevision")
	add(own && isInvoice(r.Type), "SendCorrection")
	add(!v.closed, "Print")
	add(!v.closed, "Download")
	add(isMain(r.Type) && c.kind == "SentSigned", "ViewRegulation")
	add(o.noticeDue(r, v.org) != "" && o.scenario.Flow.offersReceipt(), "ConfirmReceipt")
	add(isMain(r.Type) && !v.closed && v.revocation != "RevocationAccepted", "Forward")
	add(c == r.original() && o.mayRevoke(v.org, r, "") == nil, "Revoke")
	return out
}

// correctable tells whether the caller may ask for the correction of an invoice.
func (o *Operator) correctable(r *record, v view) bool {
	return v.own != nil && isInvoice(r.Type) && !o.answered(r, v.org, "ServiceInvoiceAmendmentRequest")
}

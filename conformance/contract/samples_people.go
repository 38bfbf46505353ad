package contract

// Values that stand in the envelopes of logins, boxes, organisations, registration and contacts; [Fill] replaces them.
const (
	SampleCertificate = "Q0VSVElGSUNBVEU=" // where the base64 of the certificate belongs
	SampleINN         = "7701234560"
	SampleKPP         = "770101001"
	SampleOwnNumber   = "1017"          // organizationId of the caller in contacts
	SamplePeerNumber  = "1018"          // contragentId of the other side
	SampleSecret      = "pass&amp;word" // of a login, escaped
)

package contract

// Values that stand in the envelopes of messages, answers and evidence.
const (
	SampleMessage    = "55b0f5c1-2c7e-4e43-8df1-7a6f1d2e9c12"
	SampleSignID     = "7e0a1f2b-3c4d-4e5f-8a9b-0c1d2e3f4a13" // id that the service gave to a signature
	SampleThumbprint = "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709"
	SampleDepartment = "5f0d3b6a-1111-4a2b-9c3d-0e1f2a3b4c16"
	SampleReason     = "Ошибка в сумме"
)

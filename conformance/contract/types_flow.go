package contract

// The tables of messages both ways, service documents, answers and evidence; their notation is that of typeTable.
const (
	flowOperations = ``

	flowTypes = ``

	flowEnums = ``
)

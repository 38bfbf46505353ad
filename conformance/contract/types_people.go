package contract

// The tables of logins, boxes, organisations, registration and contacts; their notation is that of typeTable.
const (
	peopleOperations = ``

	peopleTypes = ``

	peopleEnums = ``
)

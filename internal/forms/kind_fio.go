package forms

// fioKind is a whole name (ФИО) without a date of birth. There are people
// without a middle name.
func fioKind() Kind {
	return composite{
		name: "fio",
		parts: []piece{
			{id: "last_name", kind: nameKind(), complete: "family-name"},
			{id: "first_name", kind: nameKind(), complete: "given-name"},
			{id: "middle_name", kind: nameKind(), complete: "additional-name", optional: true},
		},
		show: func(m map[string]any) string { return words(m, " ", "last_name", "first_name", "middle_name") },
	}
}

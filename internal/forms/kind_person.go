package forms

// personKind is a natural person: ФИО and date of birth. There are people without
// a middle name.
func personKind() Kind {
	return composite{
		name: "person",
		parts: []piece{
			{id: "last_name", kind: nameKind(), complete: "family-name"},
			{id: "first_name", kind: nameKind(), complete: "given-name"},
			{id: "middle_name", kind: nameKind(), complete: "additional-name", optional: true},
			{id: "birth_date", kind: dateKind{}, field: Field{Autocomplete: "bday"}},
		},
		show: func(m map[string]any) string {
			m["name"] = words(m, " ", "last_name", "first_name", "middle_name")
			return words(m, ", ", "name", "birth_date")
		},
	}
}

package forms

// spouseKind is the husband or the wife: the profile's, or named anew.
func spouseKind() Kind {
	return chosen{composite{
		name: "spouse",
		parts: []piece{
			{id: "last_name", kind: nameKind()},
			{id: "first_name", kind: nameKind()},
			{id: "middle_name", kind: nameKind(), optional: true},
			{id: "birth_date", kind: dateKind{}},
			{id: "snils", kind: snilsKind(), width: 14, optional: true},
		},
		show: func(m map[string]any) string {
			m["name"] = words(m, " ", "last_name", "first_name", "middle_name")
			return words(m, ", ", "name", "birth_date", "snils")
		},
	}, "profile.spouse"}
}

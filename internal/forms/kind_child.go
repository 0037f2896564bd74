package forms

// childKind is a child: one of the profile's, or another who is named anew.
func childKind() Kind {
	return chosen{composite{
		name: "child",
		parts: []piece{
			{id: "last_name", kind: nameKind()},
			{id: "first_name", kind: nameKind()},
			{id: "middle_name", kind: nameKind(), optional: true},
			{id: "birth_date", kind: dateKind{}},
			{id: "certificate", kind: birthCertificateKind(), width: 20, optional: true},
			{id: "snils", kind: snilsKind(), width: 14, optional: true},
		},
		show: func(m map[string]any) string {
			m["name"] = words(m, " ", "last_name", "first_name", "middle_name")
			return words(m, ", ", "name", "birth_date", "certificate", "snils")
		},
	}, "profile.children"}
}

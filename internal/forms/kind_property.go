package forms

// propertyKind is a flat, a house or a plot: one of the profile's, or named by
// its cadastral number.
func propertyKind() Kind {
	return chosen{composite{
		name: "property",
		parts: []piece{
			{id: "cadastral", kind: cadastralKind(), width: 24},
			{id: "address", kind: textKind(), optional: true},
		},
		show: func(m map[string]any) string { return words(m, ", ", "cadastral", "address") },
	}, "profile.properties"}
}

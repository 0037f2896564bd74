package forms

// address is a postal address within Russia, as structured text. A village may
// have no streets, a house no flats.
func address() Kind {
	return composite{
		name: "address",
		parts: []piece{
			{id: "region", kind: text(), complete: "address-level1"},
			{id: "city", kind: text(), complete: "address-level2"},
			{id: "street", kind: text(), complete: "address-line1", optional: true},
			{id: "house", kind: text(), field: Field{MaxLength: 30}, width: 10},
			{id: "flat", kind: text(), field: Field{MaxLength: 20}, width: 6, optional: true},
			{id: "index", kind: postcode(), width: 7, optional: true},
		},
		show: func(m map[string]any) string {
			return words(m, ", ", "index", "region", "city", "street", "house", "flat")
		},
	}
}

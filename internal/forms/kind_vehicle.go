package forms

// vehicleKind is a vehicle: one of the profile's, or named by plate and VIN.
func vehicleKind() Kind {
	return chosen{composite{
		name: "vehicle",
		parts: []piece{
			{id: "plate", kind: plateKind(), width: 12, optional: true},
			{id: "vin", kind: vinKind(), width: 20},
			{id: "make", kind: textKind(), width: 30, optional: true},
			{id: "document", kind: vehicleDocumentKind(), width: 14, optional: true},
		},
		show: func(m map[string]any) string { return words(m, ", ", "make", "plate", "vin", "document") },
	}, "profile.vehicles"}
}

package forms

import "okno/internal/reference"

// vehicleDocumentKind is the registration certificate (СТС) or the paper
// passport (ПТС) of a vehicle.
func vehicleDocumentKind() Kind {
	return identifier{name: "vehicle_document", width: 14, parse: reference.ParseVehicleDocument}
}

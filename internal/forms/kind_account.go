package forms

import "okno/internal/reference"

// accountKind is a bank account with the БИК of the bank; the key digit of the
// accountKind is checked against it.
func accountKind() Kind {
	return composite{
		name: "account",
		parts: []piece{
			{id: "bic", kind: identifier{name: "bic", mode: "numeric", width: 9, parse: reference.ParseBIC}},
			{id: "account", kind: digitsText(), width: 24},
			{id: "bank", kind: textKind(), optional: true, unseen: true}, // the registry names it by the БИК
		},
		joint: func(m map[string]any) []flaw {
			account, err := reference.ParseAccount(m["bic"].(string), m["account"].(string))
			if err != nil {
				flaws := flawsOf(err)
				flaws[0].part = "account"
				return flaws
			}
			m["account"] = account
			return nil
		},
		show: func(m map[string]any) string { return words(m, ", ", "account", "bic", "bank") },
	}
}

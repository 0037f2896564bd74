package forms

import "cel.dev/cel-go/cel"

// language is what all services share: the environment of expressions and the
// kinds. It is made once for a folder or a store.
type language struct {
	env   *cel.Env
	kinds map[string]Kind
}

func newLanguage() (*language, error) {
	env, err := newBase()
	if err != nil {
		return nil, err
	}
	return &language{env: env, kinds: kinds()}, nil
}

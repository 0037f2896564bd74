package template

import (
	"context"
	"fmt"

	"okno/internal/applications/template/templatedb"
	"okno/internal/forms"
	"okno/internal/kit/db"
	"okno/internal/kit/secret"
)

// store keeps templates, sealed by the key that it is handed.
type store struct{ db *db.DB }

func (s store) read() *templatedb.Queries { return templatedb.New(s.db.Reader()) }

func place(column, templateID string) secret.Place {
	return secret.At("applications_templates", column, templateID)
}

// open unseals a row.
func open(row templatedb.ApplicationsTemplate, key *secret.DataKey) (Template, error) {
	t := Template{ID: row.ID, ServiceID: row.ServiceID, Version: int(row.Version), CreatedAt: row.CreatedAt, UsedAt: row.UsedAt}
	var err error
	if t.Name, err = key.OpenString(place("name_sealed", t.ID), row.NameSealed); err != nil {
		return t, fmt.Errorf("template %s: %w", t.ID, err)
	}
	raw, err := key.Open(place("answers_sealed", t.ID), row.AnswersSealed)
	if err != nil {
		return t, fmt.Errorf("template %s: %w", t.ID, err)
	}
	t.answers, err = forms.DecodeAnswers(raw)
	return t, err
}

func (s store) list(ctx context.Context, owner string, key *secret.DataKey) ([]Template, error) {
	rows, err := s.read().Templates(ctx, owner)
	if err != nil {
		return nil, db.Classify(err)
	}
	out := make([]Template, len(rows))
	for i, row := range rows {
		if out[i], err = open(row, key); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s store) one(ctx context.Context, owner, templateID string, key *secret.DataKey) (Template, error) {
	row, err := s.read().Template(ctx, templatedb.TemplateParams{OwnerID: owner, ID: templateID})
	if db.IsNone(err) {
		return Template{}, ErrNotFound
	}
	if err != nil {
		return Template{}, db.Classify(err)
	}
	return open(row, key)
}

// changed makes "no row" of a change ErrNotFound.
func changed(n int64, err error) error {
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

package notify

import (
	"context"
	"fmt"
	"strings"

	"okno/internal/kit/db"
	"okno/internal/notify/notifydb"
)

// putLetters writes the letters of a batch in one statement.
func putLetters(ctx context.Context, tx *db.Tx, letters []notifydb.NotifyLetter) error {
	if len(letters) == 0 {
		return nil
	}
	var text strings.Builder
	text.WriteString(`INSERT INTO notify_letters (owner_id, id, batch_id, channel, kind, state, secret, attempts, created_at, expires_at, sent_at, gateway, letter_sealed) VALUES `)
	const columns = 11
	args := make([]any, 0, columns*len(letters))
	for i, l := range letters {
		if i > 0 {
			text.WriteString(", ")
		}
		text.WriteByte('(')
		for n := range columns - 1 {
			fmt.Fprintf(&text, "$%d, ", columns*i+n+1)
		}
		fmt.Fprintf(&text, "0, '', $%d)", columns*(i+1))
		args = append(args, l.OwnerID, l.ID, l.BatchID, l.Channel, l.Kind, l.State, l.Secret, l.Attempts, l.CreatedAt, l.ExpiresAt, l.LetterSealed)
	}
	_, err := tx.ExecContext(ctx, text.String(), args...)
	return err
}

// finishLetters writes what became of an owner's letters that ended alike, in one
// statement. Their words, the largest part of a row by far, are left as they are.
func finishLetters(ctx context.Context, tx *db.Tx, owner string, to state, at db.Time, done []outcome) error {
	args := []any{owner, to, at}
	ids := db.In(len(args)+1, len(done))
	for _, o := range done {
		args = append(args, o.letter.ID)
	}
	var gateway strings.Builder
	for i, o := range done {
		args = append(args, o.gateway)
		fmt.Fprintf(&gateway, " WHEN $%d THEN $%d", 4+i, len(args))
	}
	_, err := tx.ExecContext(ctx, "UPDATE notify_letters SET state = $2, sent_at = $3, gateway = CASE id"+gateway.String()+" ELSE '' END WHERE owner_id = $1 AND id IN "+ids, args...)
	return err
}

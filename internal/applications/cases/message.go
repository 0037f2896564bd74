package cases

import (
	"context"
	"errors"
	"time"

	"okno/internal/applications/cases/casesdb"
	"okno/internal/applications/upload"
	"okno/internal/identity"
	"okno/internal/kit/db"
	"okno/internal/kit/id"
	"okno/internal/kit/secret"
)

// Limits of what citizen and officer write to each other.
const (
	messageFiles   = 5
	messagesAnHour = 20
	// messageDays is how long after the decision one may still write, where the
	// operator set nothing.
	messageDays = 30
	// messagePause is how long a message waits to be read before its reader is
	// written to: who has the page open needs no letter.
	messagePause = time.Minute
)

// ofMessage marks in place of a field that a file belongs to a message.
const ofMessage = "_message"

// Message is what a side has written about a case.
type Message struct {
	ID   string
	At   db.Time
	Side Side
	// Fresh: the reader had not seen it yet.
	Fresh bool
	Text  string
	Files []File
}

// Thread are the messages of a case, oldest first.
type Thread struct {
	Messages []Message
	// Open: one may still write. Until is the last day after a decision.
	Open  bool
	Until db.Date
}

// Fresh counts what the reader had not seen.
func (t *Thread) Fresh() int {
	n := 0
	for _, m := range t.Messages {
		if m.Fresh {
			n++
		}
	}
	return n
}

// Written is a message on its way.
type Written struct {
	Text  string
	Files []upload.File
}

// Write sends a message to the agency about one of the actor's own cases.
// Errors: ErrNotFound, ErrSilent, ErrWordy, ErrFields, those of upload.
func (c *Cases) Write(ctx context.Context, d Deal, w Written) error {
	k, err := c.mine(ctx, d.Number)
	if err != nil {
		return err
	}
	return c.say(ctx, k, Citizen, d, w)
}

// WriteBack sends a message to the citizen: any officer of the agency may, who is
// impartial. Errors: those of Write.
func (c *Cases) WriteBack(ctx context.Context, d Deal, w Written) error {
	k, side, err := c.theirs(ctx, d.Number)
	if err != nil {
		return err
	}
	return c.say(ctx, k, side, d, w)
}

// said names a message among idempotency keys.
const said Deed = "message"

func (c *Cases) say(ctx context.Context, k Case, side Side, d Deal, w Written) error {
	actor := identity.ActorOf(ctx)
	if err := c.maySay(ctx, k, d); err != nil {
		if errors.Is(err, errDone) {
			return nil
		}
		return err
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return err
	}
	text, err := limitText(w.Text, messageBox)
	if err != nil {
		return err
	}
	if text == "" && len(w.Files) == 0 {
		return ErrFields.WithField(messageBox, "applications.error.text_needed")
	}
	row := casesdb.InsertMessageParams{OwnerID: k.Owner, CaseID: k.ID, ID: id.New(), Side: string(side), ActorID: actor.ID}
	row.TextSealed = key.SealString(messagePlace(row.ID), text)
	files, err := c.takeAttached(ctx, key, k, row.ID, w.Files)
	if err == nil {
		err = c.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			return c.saying(ctx, tx, k, side, d.once(said), row, files)
		})
	}
	if err != nil {
		c.dropFiles(ctx, k.ID, files)
	}
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

// maySay: the conversation is open, and nobody floods it. errDone for what was
// sent before under the same key.
func (c *Cases) maySay(ctx context.Context, k Case, d Deal) error {
	if d.Key != "" {
		used, err := c.store.used(ctx, identity.ActorOf(ctx).ID, d.once(said))
		if err == nil && used {
			err = errDone
		}
		if err != nil {
			return err
		}
	}
	if open, _ := c.open(k); !open {
		return ErrSilent
	}
	n, err := c.store.read().CountMessages(ctx, casesdb.CountMessagesParams{
		OwnerID: k.Owner, CaseID: k.ID, ActorID: identity.ActorOf(ctx).ID, SentAt: db.At(c.Clock.Now().Add(-time.Hour)),
	})
	if err == nil && n >= messagesAnHour {
		return ErrWordy
	}
	return db.Classify(err)
}

// open reports whether one may write about a case, and until which day.
func (c *Cases) open(k Case) (bool, db.Date) {
	if k.IsPart() {
		return false, "" // the agency of a part asks; people write to the one that decides
	}
	if k.Status.Open() || k.DecidedAt.IsZero() {
		return true, ""
	}
	days := c.MessageDays
	if days <= 0 {
		days = messageDays
	}
	end := c.Calendar.DeadlineDays(k.DecidedAt.Time(), days, c.zone(k.Agency, k.Office))
	return !c.Clock.Now().After(end), db.DateOf(end.In(c.zone(k.Agency, k.Office)))
}

func (c *Cases) takeAttached(ctx context.Context, key *secret.DataKey, k Case, messageID string, files []upload.File) ([]casesdb.InsertFileParams, error) {
	if len(files) > messageFiles {
		return nil, ErrFields.WithField(messageFilesBox, "applications.error.files_many", "Count", messageFiles)
	}
	var rows []casesdb.InsertFileParams
	for _, f := range files {
		fileID := id.New()
		rules := upload.Rules{Allowed: answerTypes(), Max: answerFileMax}
		t, err := c.Intake.Take(ctx, f, rules, fileKey(k.ID, fileID), key, filePlace(fileID))
		if err != nil {
			return rows, fileFault(err, messageFilesBox)
		}
		rows = append(rows, casesdb.InsertFileParams{
			OwnerID: k.Owner, CaseID: k.ID, ID: fileID, AskID: messageID, Field: ofMessage, Type: string(t.Type), Size: t.Ref.Size,
			Scan: string(t.Scan), BlobKey: t.Ref.Key, FileHash: t.Ref.SHA256[:],
			NameSealed: key.SealString(secret.At("applications_files", "name_sealed", fileID), t.Name),
		})
	}
	return rows, nil
}

// saying writes a message with its files, marks, journal and the letter about it.
func (c *Cases) saying(ctx context.Context, tx *db.Tx, k Case, side Side, onceKey string, row casesdb.InsertMessageParams, files []casesdb.InsertFileParams) error {
	fresh, err := c.store.once(ctx, tx, row.ActorID, onceKey)
	if err != nil {
		return err
	}
	if !fresh {
		return errDone
	}
	q := casesdb.New(tx)
	row.SentAt = tx.Now()
	if err := q.InsertMessage(ctx, row); err != nil {
		return err
	}
	if err := c.insertFiles(ctx, tx, files); err != nil {
		return err
	}
	if err := c.markRead(ctx, tx, k, side, side == Citizen); err != nil {
		return err
	}
	c.Live.Touch(tx, k.Owner, "case:"+k.ID)
	c.Live.Touch(tx, "agency:"+k.Agency, "queue")
	if err := c.Audit.Write(ctx, tx, identity.ActorOf(ctx).Entry("applications.message", k.Owner, "case:"+k.ID)); err != nil {
		return err
	}
	return c.Jobs.EnqueueAt(ctx, tx, tx.Now().Add(messagePause).Time(), heed{Owner: k.Owner, Case: k.ID, Message: row.ID})
}

// markRead notes that a side has read all; the queue shows what of the citizen's
// waits.
func (c *Cases) markRead(ctx context.Context, tx *db.Tx, k Case, side Side, waits bool) error {
	q := casesdb.New(tx)
	unread := casesdb.SetUnreadParams{AgencyID: k.Agency, CaseID: k.ID}
	if side == Citizen {
		err := q.ReadByCitizen(ctx, casesdb.ReadByCitizenParams{OwnerID: k.Owner, CaseID: k.ID, MineAt: tx.Now()})
		if err != nil || !waits {
			return err
		}
		unread.UnreadAt = tx.Now()
		return q.SetUnread(ctx, unread)
	}
	err := q.ReadByAgency(ctx, casesdb.ReadByAgencyParams{OwnerID: k.Owner, CaseID: k.ID, TheirsAt: tx.Now()})
	if err != nil {
		return err
	}
	return q.SetUnread(ctx, unread)
}

func messagePlace(messageID string) secret.Place {
	return secret.At("applications_messages", "text_sealed", messageID)
}

// MyThread are the messages about one of the actor's own cases; they count as
// read from then on.
func (c *Cases) MyThread(ctx context.Context, number string) (*Thread, error) {
	k, err := c.mine(ctx, number)
	if err != nil {
		return nil, err
	}
	return c.thread(ctx, k, Citizen)
}

// TheirThread are the messages about a case for an officer of its agency. They
// count as read when its holder looks, or a head. The look is journalled.
func (c *Cases) TheirThread(ctx context.Context, number string) (*Thread, error) {
	k, side, err := c.theirs(ctx, number)
	if err != nil {
		return nil, err
	}
	if err := c.looked(ctx, k, "case:"+k.ID); err != nil {
		return nil, err
	}
	return c.thread(ctx, k, side)
}

// thread opens the messages. The caller has checked the right.
func (c *Cases) thread(ctx context.Context, k Case, side Side) (*Thread, error) {
	t := &Thread{}
	t.Open, t.Until = c.open(k)
	rows, err := c.store.read().Messages(ctx, casesdb.MessagesParams{OwnerID: k.Owner, CaseID: k.ID})
	if err != nil || len(rows) == 0 {
		return t, db.Classify(err)
	}
	key, err := c.Sealer.Key(ctx, k.ID, secret.Case)
	if err != nil {
		return nil, err
	}
	seen, err := c.seenUntil(ctx, k, side)
	if err != nil {
		return nil, err
	}
	files, err := c.messageFiles(ctx, key, k)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		m := Message{ID: r.ID, At: r.SentAt, Side: Side(r.Side), Files: files[r.ID]}
		m.Fresh = (m.Side == Citizen) != (side == Citizen) && r.SentAt > seen
		if m.Text, err = key.OpenString(messagePlace(r.ID), r.TextSealed); err != nil {
			return nil, err
		}
		t.Messages = append(t.Messages, m)
	}
	if t.Fresh() == 0 {
		return t, nil
	}
	return t, c.read(ctx, k, side)
}

func (c *Cases) seenUntil(ctx context.Context, k Case, side Side) (db.Time, error) {
	row, err := c.store.read().FindThread(ctx, casesdb.FindThreadParams{OwnerID: k.Owner, CaseID: k.ID})
	if db.IsNone(err) {
		return 0, nil
	}
	if side == Citizen {
		return row.MineAt, db.Classify(err)
	}
	return row.TheirsAt, db.Classify(err)
}

// read marks the messages as read; a colleague who only looks leaves the mark to
// who holds the case.
func (c *Cases) read(ctx context.Context, k Case, side Side) error {
	if side == Officer && k.AssignedTo != "" {
		if mine, err := c.holds(ctx, k, identity.ActorOf(ctx).ID); err != nil || !mine {
			return err
		}
	}
	return c.DB.WriteOnly(ctx, func(ctx context.Context, tx *db.Tx) error {
		if side != Citizen {
			c.Live.Touch(tx, "agency:"+k.Agency, "queue")
		}
		return c.markRead(ctx, tx, k, side, false)
	})
}

// messageFiles are the files of messages, by message.
func (c *Cases) messageFiles(ctx context.Context, key *secret.DataKey, k Case) (map[string][]File, error) {
	rows, err := c.store.read().Files(ctx, casesdb.FilesParams{OwnerID: k.Owner, CaseID: k.ID})
	if err != nil {
		return nil, db.Classify(err)
	}
	out := map[string][]File{}
	for _, r := range rows {
		if r.Field != ofMessage {
			continue
		}
		f, err := fileOf(key, r)
		if err != nil {
			return nil, err
		}
		out[r.AskID] = append(out[r.AskID], f)
	}
	return out, nil
}

// heed is the job that tells the other side of a message which it has not read.
type heed struct {
	Owner   string `json:"owner"`
	Case    string `json:"case"`
	Message string `json:"message"`
}

// Kind is the name of the job.
func (heed) Kind() string { return "applications.heed" }

func (c *Cases) heed(ctx context.Context, h heed) error {
	k, err := c.store.byID(ctx, h.Owner, h.Case)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	m, err := c.store.read().FindMessage(ctx, casesdb.FindMessageParams{OwnerID: h.Owner, CaseID: h.Case, ID: h.Message})
	if db.IsNone(err) {
		return nil
	}
	if err != nil {
		return db.Classify(err)
	}
	reader := Citizen
	if Side(m.Side) == Citizen {
		reader = Officer
	}
	seen, err := c.seenUntil(ctx, k, reader)
	if err != nil || seen >= m.SentAt {
		return err
	}
	if reader == Officer {
		return c.tellStaff(ctx, k, "staff:message:"+h.Message, string(said))
	}
	return c.write(ctx, k, "message:"+h.Message, string(said), "status")
}

// quiet are letters that are worth no SMS: they can wait until one looks.
func quiet(what string) bool { return what == string(said) }

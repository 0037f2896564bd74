package support

import (
	"context"
	"net/http"
	"time"

	"okno/internal/kit/web"
)

// TicketIn is a message to support.
type TicketIn struct {
	Body struct {
		ID    string `json:"id,omitempty" doc:"A UUID of the sender's choice: the same message sent twice makes one ticket"`
		Text  string `json:"text" maxLength:"20000"`
		Email string `json:"email,omitempty" maxLength:"320" doc:"For the answer"`
		From  string `json:"from,omitempty" maxLength:"300" doc:"Path on the portal where help was sought"`
	}
}

// TicketOut is what the sender may see of a ticket.
type TicketOut struct {
	Body struct {
		ID     string    `json:"id"`
		Number string    `json:"number"`
		Kind   Kind      `json:"kind" enum:"security,sign_in,upload,form,other,objection"`
		State  State     `json:"state" enum:"new,taken,answered,closed"`
		SentAt time.Time `json:"sent_at"`
		DueAt  time.Time `json:"due_at" doc:"When the answer is due"`
	}
}

type ticketPath struct {
	ID string `path:"id"`
}

func (r *Room) mountAPI(rt *web.Router) {
	web.Register(rt.API, web.Operation{
		Pattern: "POST /api/v1/tickets", ID: "send-ticket", Summary: "Write to support", Tag: "support", Status: http.StatusCreated,
	}, web.Public, r.apiSend)
	web.Register(rt.API, web.Operation{
		Pattern: "GET /api/v1/tickets/{id}", ID: "get-ticket", Summary: "Where a message to support stands", Tag: "support",
	}, web.Public, r.apiReceipt)
}

func (r *Room) apiSend(ctx context.Context, in *TicketIn) (*TicketOut, error) {
	b := in.Body
	return ticketOut(r.Send(ctx, Message{ID: b.ID, Text: b.Text, Email: b.Email, From: b.From, IP: web.ClientIP(ctx).String()}))
}

func (r *Room) apiReceipt(ctx context.Context, in *ticketPath) (*TicketOut, error) {
	return ticketOut(r.Receipt(ctx, in.ID))
}

func ticketOut(t Ticket, err error) (*TicketOut, error) {
	if err != nil {
		return nil, err
	}
	out := &TicketOut{}
	out.Body.ID, out.Body.Number, out.Body.Kind, out.Body.State = t.ID, t.Number, t.Kind, t.State
	out.Body.SentAt, out.Body.DueAt = t.CreatedAt.Time(), t.DueAt.Time()
	return out, nil
}

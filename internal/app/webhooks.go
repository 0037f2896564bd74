package app

import (
	"context"

	"okno/internal/exchange/webhook"
	"okno/internal/identity"
	"okno/internal/sandbox"
)

// deskless is the agency of the demo whose own system is told by webhooks.
const deskless = "fns"

// buildWebhooks tells systems of agencies.
func (h *House) buildWebhooks() {
	h.webhooks = webhook.New(webhook.Deps{
		DB: h.stores.db, Sealer: h.stores.sealer, Queue: h.queue, Bus: h.bus, Audit: h.audit, Clock: h.clock, Log: h.Log, Texts: h.texts,
		Agencies: h.agency, Accounts: h.identity, Notify: h.notify, Chain: h.applications.Cases(), AllowPrivate: h.Config.WebhooksPrivate,
	})
}

// seedWebhooks registers the sandbox's agency without a desk.
func (h *House) seedWebhooks(ctx context.Context, sb *sandbox.Sandbox) error {
	secret, err := h.webhooks.Ensure(identity.AsSystem(ctx), deskless, sb.HookURL())
	if err == nil {
		sb.SetHookSecret(secret)
	}
	return err
}

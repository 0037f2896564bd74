package identity

// addressIndex and browserIndex are what a session is bound to: blind, so that
// the table tells nothing of who sat where.
func (i *Identity) addressIndex(ip string) []byte {
	return i.keys().Index("identity session address", "", i.Config.bound(ip))
}

func (i *Identity) browserIndex(agent string) []byte {
	return i.keys().Index("identity session browser", "", deviceName(agent))
}

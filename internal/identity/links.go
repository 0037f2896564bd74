package identity

// What the link of a letter is for.
const (
	linkStop   = "stop"
	linkAccess = "access"
)

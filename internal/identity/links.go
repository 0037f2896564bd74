package identity

// What the link of a letter is for.
const (
	linkStop   = "stop"
	linkAccess = "access"
	linkObject = "object"
)

// linkLength is of the token in a link: 192 bits, as SMS are short.
const linkLength = 32

package secret

import (
	"errors"

	"okno/internal/kit/errs"
)

// ErrErased says that the key was destroyed on purpose: the data are gone for good and
// the caller shows the thing without them.
var ErrErased = errors.New("secret: the owner's data were erased")

// ErrDamaged says that a ciphertext was changed, cut, moved to another place or sealed
// by another key: somebody must look.
var ErrDamaged = errors.New("secret: sealed data are damaged or do not belong here")

// ErrNoEpoch says that a key is wrapped by an epoch that this node does not have (yet).
var ErrNoEpoch = errs.NewUnavailable("secret.error.keys_unavailable")

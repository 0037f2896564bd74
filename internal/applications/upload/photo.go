package upload

import (
	"bytes"
	"image"
	_ "image/jpeg" // photos
	_ "image/png"  // photos
	"io"

	"okno/internal/forms"
)

// Limits of a picture that is looked at: a small file may claim to hold a huge
// one.
const (
	pixelsMost = 60_000_000
	photoMost  = 64 << 20 // bytes
)

// Measured looks at a photo; nil for what is no picture that can be read.
func Measured(f File) *forms.Photo {
	raw, err := io.ReadAll(io.NewSectionReader(f.Body, 0, min(f.Size, photoMost)))
	if err != nil {
		return nil
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil || config.Width*config.Height > pixelsMost {
		return nil
	}
	img, _, err := image.Decode(bytes.NewReader(raw))
	if err != nil {
		return nil
	}
	p := forms.MeasurePhoto(img)
	return &p
}

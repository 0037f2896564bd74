package forms

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// Answers are what the person gave: by field id a value in canonical form, by
// group id a list of objects. A key with nil says that the person left the
// field empty on purpose, so that it is not filled in again. They also hold
// answers to questions which are hidden now, so that going back loses nothing;
// Result.Submission has only those that count.
type Answers map[string]any

// Limits of one set of answers as JSON.
const (
	maxAnswers      = 8 << 20
	maxAnswersDepth = 6
	maxValue        = 100 << 10 // bytes of one posted value
	maxValues       = 1000      // values of one posted name
	maxNames        = 60_000    // posted names
)

var errAnswers = errors.New("forms: these are no answers")

// DecodeAnswers reads answers from JSON: an object of at most 8 MB, nested at
// most six deep, without NUL. What its values mean is checked by Fill.
func DecodeAnswers(data []byte) (Answers, error) {
	if len(data) > maxAnswers || !utf8.Valid(data) {
		return nil, errAnswers
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	out := Answers{}
	if err := decoder.Decode(&out); err != nil || out == nil {
		return nil, errAnswers
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errAnswers
	}
	if !plainJSON(map[string]any(out), 0) {
		return nil, errAnswers
	}
	return out, nil
}

// Encode writes answers as JSON, keys in order.
func (a Answers) Encode() ([]byte, error) { return json.Marshal(map[string]any(a)) }

func plainJSON(v any, depth int) bool {
	switch v := v.(type) {
	case string:
		return !strings.ContainsRune(v, 0)
	case []any:
		for _, x := range v {
			if depth >= maxAnswersDepth || !plainJSON(x, depth+1) {
				return false
			}
		}
	case map[string]any:
		for k, x := range v {
			if depth >= maxAnswersDepth || strings.ContainsRune(k, 0) || !plainJSON(x, depth+1) {
				return false
			}
		}
	}
	return true
}

// items is the list of a group, nil if there is none.
func items(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case []map[string]any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = v[i]
		}
		return out
	}
	return nil
}

package postbox

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// fileName is the file of messages in the sandbox's folder.
const fileName = "messages.jsonl"

// journal is the file behind a box: one JSON line a message, rewritten when it
// holds twice as many as the box keeps.
type journal struct {
	path     string
	file     *os.File
	lines    int
	maxLines int
}

// Open is a box whose messages are also kept in a folder, which is made if it
// is not there. A line that was cut off by a crash is skipped.
func Open(dir string, capacity int) (*Box, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("sandbox folder: %w", err)
	}
	j := &journal{path: filepath.Join(dir, fileName), maxLines: 2 * capacity}
	messages, err := j.load(capacity)
	if err != nil {
		return nil, err
	}
	b := &Box{capacity: capacity, messages: messages, file: j}
	for _, m := range messages {
		b.bytes += m.size()
	}
	b.trim()
	// Written anew at start, so that a cut line never runs into the next one.
	return b, j.rewrite(b.messages)
}

func (j *journal) load(capacity int) ([]Message, error) {
	f, err := os.Open(j.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("messages of the sandbox: %w", err)
	}
	defer f.Close()
	var out []Message
	r := bufio.NewReader(f)
	for {
		line, err := r.ReadBytes('\n')
		var m Message
		if json.Unmarshal(line, &m) == nil {
			out = append(out, m)
		}
		if errors.Is(err, io.EOF) {
			return out[max(0, len(out)-capacity):], nil
		}
		if err != nil {
			return nil, fmt.Errorf("messages of the sandbox: %w", err)
		}
	}
}

// append writes one more message; all is what the box keeps.
func (j *journal) append(m Message, all []Message) error {
	if j.lines >= j.maxLines {
		return j.rewrite(all)
	}
	line, err := m.line()
	if err != nil {
		return err
	}
	if _, err := j.file.Write(line); err != nil {
		return fmt.Errorf("messages of the sandbox: %w", err)
	}
	j.lines++
	return nil
}

// rewrite replaces the file in one step by one that holds just these messages.
func (j *journal) rewrite(all []Message) error {
	var text bytes.Buffer
	for _, m := range all {
		line, err := m.line()
		if err != nil {
			return err
		}
		text.Write(line)
	}
	if err := os.WriteFile(j.path+".new", text.Bytes(), 0o600); err != nil {
		return fmt.Errorf("messages of the sandbox: %w", err)
	}
	if err := os.Rename(j.path+".new", j.path); err != nil {
		return fmt.Errorf("messages of the sandbox: %w", err)
	}
	return j.reopen(len(all))
}

func (j *journal) reopen(lines int) error {
	if err := j.close(); err != nil {
		return err
	}
	f, err := os.OpenFile(j.path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("messages of the sandbox: %w", err)
	}
	j.file, j.lines = f, lines
	return nil
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	f := j.file
	j.file = nil
	return f.Close()
}

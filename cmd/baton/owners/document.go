package owners

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// document is the text of an ownership file. It is changed line by line,
// because writing it anew from its values would lose what people care for:
// comments, order, blank lines.
type document string

func begin(label string) string { return "# imported from " + label + ": begin" }
func end(label string) string   { return "# imported from " + label + ": end" }

// without is the text without an import.
func (d document) without(label string) string {
	var out strings.Builder
	inside := false
	for line := range strings.Lines(string(d)) {
		switch strings.TrimSpace(line) {
		case begin(label):
			inside = true
			continue
		case end(label):
			inside = false
			continue
		}
		if !inside {
			out.WriteString(line)
		}
	}
	return out.String()
}

// with is the text with an import in it, in place of the one before.
func (d document) with(label, teams, rules string) (string, error) {
	lines := strings.SplitAfter(string(d), "\n")
	if last := len(lines) - 1; lines[last] == "" {
		lines = lines[:last]
	} else {
		lines[last] += "\n"
	}
	for _, part := range []struct{ key, text string }{{"teams", teams}, {"rules", rules}} {
		var err error
		if lines, err = put(lines, part.key, label, part.text); err != nil {
			return "", err
		}
	}
	return strings.Join(lines, ""), nil
}

var (
	topLevel = regexp.MustCompile(`^["']?([A-Za-z]+)["']?:(.*)$`)
	listItem = regexp.MustCompile(`^( *)- `)
)

// put puts entries into the list below a key of the file.
func put(lines []string, key, label, text string) ([]string, error) {
	at, stop := -1, len(lines) // the line of the key, and the one after its list
	for i, line := range lines {
		m := topLevel.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		switch {
		case m == nil:
		case m[1] == key:
			at = i
			switch rest, _, _ := strings.Cut(m[2], " #"); strings.TrimSpace(rest) {
			case "":
			case "[]", "null", "~":
				lines[i] = key + ":\n"
			default:
				return nil, fmt.Errorf("line %d: %s is written on one line, so nothing can be put below it; write its entries as lines that begin with \"- \"", i+1, key)
			}
		case at >= 0 && stop == len(lines):
			stop = i
		}
	}
	if at < 0 {
		if text == "" {
			return lines, nil
		}
		if len(lines) > 0 {
			lines = append(lines, "\n")
		}
		lines = append(lines, key+":\n")
		at, stop = len(lines)-1, len(lines)
	}
	indent := "  "
	for _, line := range lines[at+1 : stop] {
		if m := listItem.FindStringSubmatch(line); m != nil {
			indent = m[1]
			break
		}
	}
	from, to, err := place(lines, at, stop, label)
	if err != nil {
		return nil, err
	}
	var block []string
	if text != "" {
		for line := range strings.Lines(begin(label) + "\n" + text + end(label) + "\n") {
			block = append(block, indent+line)
		}
	}
	return append(append(append([]string{}, lines[:from]...), block...), lines[to:]...), nil
}

// place is where an import goes: where it was, or below the imports that are
// there already, or at the top of the list.
func place(lines []string, at, stop int, label string) (from, to int, err error) {
	from, to = at+1, at+1
	open := -1
	for i := at + 1; i < stop; i++ {
		switch text := strings.TrimSpace(lines[i]); {
		case text == begin(label):
			open = i
		case text == end(label) && open >= 0:
			return open, i + 1, nil
		case text == end(label):
			return 0, 0, fmt.Errorf("line %d: an import ends that does not begin: %s", i+1, text)
		case strings.HasPrefix(text, "# imported from ") && strings.HasSuffix(text, ": end"):
			from, to = i+1, i+1
		}
	}
	if open >= 0 {
		return 0, 0, errors.New("the mark where the import ends is gone: " + end(label))
	}
	return from, to, nil
}

package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

//go:embed words.txt
var wordText string

// words are 2,048 short, plain Indonesian words: eleven bits each. The list is
// our own; changing or reordering it would make every code that was given
// unreadable, so a test holds its hash.
var words = strings.Fields(wordText)

const (
	codeBytes = 11 // 88 bits
	codeWords = 8
	codeHash  = 97 // modulus of the check digits: a prime, so a swapped digit shows
)

// ReporterSecret travels in the form from its first page: so a repeated post
// shows the same code and nothing is stored twice.
type ReporterSecret [32]byte

// NewReporterSecret returns a fresh secret.
func NewReporterSecret() ReporterSecret { return newKey() }

// Code is what a reporter keeps.
type Code struct{ b [codeBytes]byte }

// Code returns the code that belongs to the secret.
func (s ReporterSecret) Code() (c Code) {
	copy(c.b[:], derive(s[:], "reporter|code", codeBytes))
	return c
}

// Words returns the eight words of the code.
func (c Code) Words() []string {
	n := new(big.Int).SetBytes(c.b[:])
	out := make([]string, codeWords)
	for i := codeWords - 1; i >= 0; i-- {
		out[i] = words[new(big.Int).And(n, big.NewInt(2047)).Int64()]
		n.Rsh(n, 11)
	}
	return out
}

// Check returns the two check digits that follow the words.
func (c Code) Check() string {
	h := sha256.Sum256(append([]byte("naungan/1|code-check|"), c.b[:]...))
	return fmt.Sprintf("%02d", (int(h[0])<<8|int(h[1]))%codeHash)
}

// Text returns words and check digits, as shown on the page.
func (c Code) Text() string { return strings.Join(c.Words(), " ") + " " + c.Check() }

// Digits returns the same code as 29 digits in groups, the last two of them the check.
func (c Code) Digits() string {
	s := fmt.Sprintf("%027s", new(big.Int).SetBytes(c.b[:]).String()) + c.Check()
	var b strings.Builder
	for i := 0; i < len(s); i += 4 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(s[i:min(i+4, len(s))])
	}
	return b.String()
}

// Lookup returns the 16-byte id under which the answers are found.
func (c Code) Lookup() []byte { return derive(c.b[:], "reporter|lookup", 16) }

// Public returns the key to which the desk seals its answers.
func (c Code) Public() []byte { return pair(c.secret()).PublicKey().Bytes() }

func (c Code) secret() []byte { return derive(c.b[:], "reporter|mailbox", keySize) }

// Mark returns 16 bytes by which a repeated text of this reporter is known; whoever
// lacks the code cannot try texts against it.
func (c Code) Mark(text []byte) []byte {
	m := hmac.New(sha256.New, derive(c.b[:], "reporter|mark", keySize))
	m.Write(text) // never fails (hash.Hash)
	return m.Sum(nil)[:16]
}

// OpenAnswer opens an answer that was sealed to Public.
func (c Code) OpenAnswer(context string, box Box) ([]byte, error) {
	return openMessage(c.secret(), context, box)
}

// String hides the code.
func (Code) String() string { return "•••" }

// GoString hides the code.
func (Code) GoString() string { return "•••" }

// CodeError says what is wrong with a code that was typed, so that the page can
// help. Word counts from 1; 0 means the code as a whole.
type CodeError struct {
	Word  int
	Typed string
	Near  []string // words of the list that are close to it
}

// Error returns the text for logs; it holds nothing of the code.
func (e *CodeError) Error() string { return fmt.Sprintf("seal: code: word %d is unknown", e.Word) }

// maxCodeText bounds what is read as a code, in bytes.
const maxCodeText = 400

// ParseCode reads a code as words or as digits, in any case and spacing. A
// *CodeError names the word that is not on the list and its neighbours.
func ParseCode(text string) (Code, error) {
	if len(text) > maxCodeText {
		return Code{}, &CodeError{}
	}
	parts := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
	})
	digits := strings.Join(parts, "")
	if digits != "" && strings.Trim(digits, "0123456789") == "" {
		return parseDigits(digits)
	}
	return parseWords(parts)
}

func parseDigits(s string) (c Code, err error) {
	if len(s) != 29 {
		return c, &CodeError{}
	}
	n, ok := new(big.Int).SetString(s[:27], 10)
	if !ok || n.BitLen() > 8*codeBytes {
		return c, &CodeError{}
	}
	n.FillBytes(c.b[:])
	if c.Check() != s[27:] {
		return Code{}, &CodeError{}
	}
	return c, nil
}

func parseWords(parts []string) (c Code, err error) {
	if len(parts) != codeWords+1 {
		return c, &CodeError{Typed: fmt.Sprint(len(parts))}
	}
	n := new(big.Int)
	for i, w := range parts[:codeWords] {
		at, ok := slices.BinarySearch(words, w)
		if !ok {
			return c, &CodeError{Word: i + 1, Typed: w, Near: near(w)}
		}
		n.Or(n.Lsh(n, 11), big.NewInt(int64(at)))
	}
	n.FillBytes(c.b[:])
	if c.Check() != parts[codeWords] {
		return Code{}, &CodeError{}
	}
	return c, nil
}

// near returns up to five words of the list that are one or two edits away.
func near(w string) (out []string) {
	if len(w) > 12 {
		return nil
	}
	for most := 1; most <= 2 && len(out) == 0; most++ {
		for _, o := range words {
			if len(out) < 5 && distance(w, o) <= most {
				out = append(out, o)
			}
		}
	}
	return out
}

// distance is the Levenshtein distance with adjacent swaps counted once.
func distance(a, b string) int {
	if d := len(a) - len(b); d > 2 || d < -2 {
		return 3
	}
	prev2, prev := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], prev2[j-2]+1)
			}
		}
		prev2, prev = prev, row
	}
	return prev[len(b)]
}

// GeneratePassword returns six words of the list: 66 bits, easy to type.
func GeneratePassword() string {
	raw := random(2 * 6)
	out := make([]string, 6)
	for i := range out {
		out[i] = words[(int(raw[2*i])<<8|int(raw[2*i+1]))&2047]
	}
	return strings.Join(out, " ")
}

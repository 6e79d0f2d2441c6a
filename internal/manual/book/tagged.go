package book

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// place is where a part of the book begins: a page and how high on it, in points.
type place struct {
	page int
	y    float64
}

var errLayout = errors.New("book: the PDF is not laid out as go-pdf/fpdf v0.12 lays it out")

var (
	rootAt = regexp.MustCompile(`/Root (\d+) 0 R`)
	infoAt = regexp.MustCompile(`/Info (\d+) 0 R`)
)

// file is a PDF in objects; bodies[n] is that of object n.
type file struct {
	bodies     [][]byte
	root, info int
}

// tagged writes a finished file anew with the structure tree, its links and what
// tells a reader that it is there. What fpdf wrote is taken over as it is, but for
// the pages and the catalogue, which gain entries. File form: ISO 32000-1, 7.5.
func tagged(pdf []byte, t *tags, places map[string]place) ([]byte, error) {
	f, err := readFile(pdf)
	if err != nil {
		return nil, err
	}
	plain := len(f.bodies)
	root := f.structure(t, places)
	for page, annots := range t.perPage() {
		more := fmt.Sprintf("\n/StructParents %d /Tabs /S", page-1)
		if len(annots) > 0 {
			more += " /Annots [" + refs(annots) + "]"
		}
		if err := f.extend(pageObject(page), "<</Type /Page\n", more); err != nil {
			return nil, err
		}
	}
	more := fmt.Sprintf("/MarkInfo <</Marked true>>\n/StructTreeRoot %d 0 R\n/ViewerPreferences <</DisplayDocTitle true>>\n", root)
	if err := f.extend(f.root, "<<\n/Type /Catalog\n", more); err != nil {
		return nil, err
	}
	return f.write(plain), nil
}

// pageObject returns the number of a page's object: fpdf writes pages and their
// content by turns from object 3 on.
func pageObject(page int) int { return 1 + 2*page }

func readFile(pdf []byte) (*file, error) {
	at := bytes.LastIndex(pdf, []byte("\nstartxref\n"))
	if at < 0 {
		return nil, errLayout
	}
	number, _, _ := strings.Cut(string(pdf[at+len("\nstartxref\n"):]), "\n")
	from, err := strconv.Atoi(number)
	if err != nil || from < 0 || from > at {
		return nil, errLayout
	}
	lines := strings.Split(string(pdf[from:at]), "\n")
	trailer := strings.Join(lines, "\n")
	root, info := rootAt.FindStringSubmatch(trailer), infoAt.FindStringSubmatch(trailer)
	var n int
	if _, err := fmt.Sscanf(trailer, "xref\n0 %d", &n); err != nil || root == nil || info == nil || n < 2 || n+2 > len(lines) {
		return nil, errLayout
	}
	f := &file{bodies: make([][]byte, n)}
	f.root, _ = strconv.Atoi(root[1])
	f.info, _ = strconv.Atoi(info[1])
	starts := make([]int, 0, n)
	offset := make([]int, n)
	for i := 1; i < n; i++ {
		if offset[i], err = strconv.Atoi(lines[2+i][:min(10, len(lines[2+i]))]); err != nil || offset[i] > from {
			return nil, errLayout
		}
		starts = append(starts, offset[i])
	}
	slices.Sort(starts)
	starts = append(starts, from)
	for i := 1; i < n; i++ {
		next, _ := slices.BinarySearch(starts, offset[i]+1)
		head, foot := []byte(fmt.Sprintf("%d 0 obj\n", i)), []byte("\nendobj\n")
		body := pdf[offset[i]:starts[next]]
		if !bytes.HasPrefix(body, head) || !bytes.HasSuffix(body, foot) {
			return nil, errLayout
		}
		f.bodies[i] = body[len(head) : len(body)-len(foot)]
	}
	return f, nil
}

// extend adds entries at the end of a dictionary.
func (f *file) extend(n int, begins, more string) error {
	if n >= len(f.bodies) || !bytes.HasPrefix(f.bodies[n], []byte(begins)) || !bytes.HasSuffix(f.bodies[n], []byte(">>")) {
		return errLayout
	}
	body := f.bodies[n]
	f.bodies[n] = slices.Concat(body[:len(body)-2], []byte(more), []byte(">>"))
	return nil
}

func (f *file) add(body string) int {
	f.bodies = append(f.bodies, []byte(body))
	return len(f.bodies) - 1
}

// perPage returns the objects of the links on each page that holds anything.
func (t *tags) perPage() map[int][]int {
	out := map[int][]int{}
	for page := range t.marks {
		out[page] = nil
	}
	for _, a := range t.links {
		out[a.page] = append(out[a.page], a.id)
	}
	return out
}

// structure adds the tree and the links and returns the number of its root.
func (f *file) structure(t *tags, places map[string]place) int {
	prune(t.tree)
	var all []*element
	each(t.tree, func(e *element) {
		e.id = f.add("")
		all = append(all, e)
	})
	pages, last := map[int][]int{}, 0
	for page, n := range t.marks {
		pages[page], last = make([]int, n), max(last, page)
	}
	for i, a := range t.links {
		a.id = f.add(a.object(last+i, places))
	}
	root := f.add("")
	up := map[*element]int{t.tree: root}
	for _, e := range all {
		f.bodies[e.id] = []byte(e.object(up[e]))
		for _, k := range e.kids {
			switch {
			case k.child != nil:
				up[k.child] = e.id
			case k.link == nil:
				pages[k.page][k.mark] = e.id
			}
		}
	}
	var owners strings.Builder // of every piece and every link: ISO 32000-1, 14.7.4.4
	for page := 1; page <= last; page++ {
		fmt.Fprintf(&owners, "%d [%s]\n", page-1, refs(pages[page]))
	}
	for i, a := range t.links {
		fmt.Fprintf(&owners, "%d %d 0 R\n", last+i, a.in.id)
	}
	parents := f.add("<</Nums [" + owners.String() + "]>>")
	f.bodies[root] = fmt.Appendf(nil, "<</Type /StructTreeRoot /K %d 0 R /ParentTree %d 0 R /ParentTreeNextKey %d>>", t.tree.id, parents, last+len(t.links))
	return root
}

// prune takes out elements that nothing was written for.
func prune(e *element) {
	e.kids = slices.DeleteFunc(e.kids, func(k kid) bool {
		if k.child == nil {
			return false
		}
		prune(k.child)
		return len(k.child.kids) == 0
	})
}

func each(e *element, fn func(*element)) {
	fn(e)
	for _, k := range e.kids {
		if k.child != nil {
			each(k.child, fn)
		}
	}
}

func (e *element) object(up int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<</S /%s /P %d 0 R", e.kind, up)
	if e.alt != "" {
		b.WriteString(" /Alt " + unicodeText(e.alt))
	}
	if e.box[2] > 0 {
		fmt.Fprintf(&b, " /A <</O /Layout /BBox [%.2f %.2f %.2f %.2f]>>", e.box[0], e.box[1], e.box[2], e.box[3])
	}
	page := 0
	for _, k := range e.kids {
		if k.child == nil && page == 0 {
			page = k.page
			fmt.Fprintf(&b, " /Pg %d 0 R", pageObject(page))
		}
	}
	b.WriteString(" /K [")
	for _, k := range e.kids {
		switch {
		case k.child != nil:
			fmt.Fprintf(&b, "%d 0 R ", k.child.id)
		case k.link != nil:
			fmt.Fprintf(&b, "<</Type /OBJR /Pg %d 0 R /Obj %d 0 R>> ", pageObject(k.page), k.link.id)
		case k.page == page:
			fmt.Fprintf(&b, "%d ", k.mark)
		default:
			fmt.Fprintf(&b, "<</Type /MCR /Pg %d 0 R /MCID %d>> ", pageObject(k.page), k.mark)
		}
	}
	b.WriteString("]>>")
	return b.String()
}

func (a *annotation) object(key int, places map[string]place) string {
	to := "/A <</S /URI /URI <" + hex.EncodeToString([]byte(a.url)) + ">>>"
	if a.url == "" {
		to = fmt.Sprintf("/Dest [%d 0 R /XYZ 0 %.2f null]", pageObject(places[a.key].page), places[a.key].y)
	}
	return fmt.Sprintf("<</Type /Annot /Subtype /Link /F 4 /Border [0 0 0] /Rect [%.2f %.2f %.2f %.2f] /StructParent %d /Contents %s %s>>",
		a.rect[0], a.rect[1], a.rect[2], a.rect[3], key, unicodeText(a.says), to)
}

func refs(ids []int) string {
	var b strings.Builder
	for _, id := range ids {
		if id == 0 {
			b.WriteString("null ")
			continue
		}
		fmt.Fprintf(&b, "%d 0 R ", id)
	}
	return b.String()
}

// unicodeText writes a text as UTF-16, in hexadecimal: nothing in it ends it early.
func unicodeText(s string) string {
	var b strings.Builder
	b.WriteString("<feff")
	for _, u := range utf16.Encode([]rune(s)) {
		fmt.Fprintf(&b, "%04x", u)
	}
	return b.String() + ">"
}

// write writes the objects below plain one by one, the others packed, and a table
// of where they all are.
func (f *file) write(plain int) []byte {
	const packed = 200 // objects in a stream
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n%\xc2\xb5\xc2\xb6\n")
	var streams []string
	for from := plain; from < len(f.bodies); from += packed {
		streams = append(streams, f.pack(from, min(from+packed, len(f.bodies))))
	}
	size := len(f.bodies) + len(streams) + 1
	table := make([]byte, 0, size*7) // kind, offset or stream, place in the stream
	row := func(kind byte, a, place int) {
		table = append(table, kind, byte(a>>24), byte(a>>16), byte(a>>8), byte(a), byte(place>>8), byte(place))
	}
	object := func(n int, body string) {
		row(1, b.Len(), 0)
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", n, body)
	}
	row(0, 0, 0xffff)
	for n := 1; n < plain; n++ {
		object(n, string(f.bodies[n]))
	}
	for n := plain; n < len(f.bodies); n++ {
		row(2, len(f.bodies)+(n-plain)/packed, (n-plain)%packed)
	}
	for i, s := range streams {
		object(len(f.bodies)+i, s)
	}
	id, at := sha256.Sum256(b.Bytes()), b.Len()
	row(1, at, 0)
	more := fmt.Sprintf("/Type /XRef /Size %d /W [1 4 2] /Root %d 0 R /Info %d 0 R /ID [<%x><%x>]", size, f.root, f.info, id[:16], id[:16])
	fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n", size-1, stream(more, table), at)
	return b.Bytes()
}

// pack writes a run of objects as one compressed stream: ISO 32000-1, 7.5.7.
func (f *file) pack(from, to int) string {
	var index, bodies strings.Builder
	for n := from; n < to; n++ {
		fmt.Fprintf(&index, "%d %d ", n, bodies.Len())
		bodies.Write(f.bodies[n])
		bodies.WriteByte('\n')
	}
	return stream(fmt.Sprintf("/Type /ObjStm /N %d /First %d", to-from, index.Len()), []byte(index.String()+bodies.String()))
}

func stream(entries string, data []byte) string {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(data) // a buffer takes everything
	_ = z.Close()
	return fmt.Sprintf("<<%s /Filter /FlateDecode /Length %d>>\nstream\n%s\nendstream", entries, b.Len(), b.String())
}

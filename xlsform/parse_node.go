package xlsform

import "strings"

// isXForms tells whether a node is the XForms element of that name. Forms without any namespace are read as well.
func (n *xmlNode) isXForms(local string) bool {
	return n.local == local && (n.space == nsXForms || n.space == "" || n.space == nsXHTML)
}

func (n *xmlNode) elements() []*xmlNode {
	var out []*xmlNode
	for _, k := range n.kids {
		if k.local != "" {
			out = append(out, k)
		}
	}
	return out
}

// child is the first element of that name, nil if there is none.
func (n *xmlNode) child(local string) *xmlNode {
	if n == nil {
		return nil
	}
	for _, k := range n.kids {
		if k.local == local {
			return k
		}
	}
	return nil
}

// attr gives an attribute without a namespace, or with the given one.
func (n *xmlNode) attr(space, local string) (string, bool) {
	for _, a := range n.attrs {
		if a.Name.Space == space && a.Name.Local == local {
			return a.Value, true
		}
	}
	return "", false
}

func (n *xmlNode) get(local string) string { v, _ := n.attr("", local); return strings.TrimSpace(v) }

func (n *xmlNode) jr(local string) string {
	v, _ := n.attr(nsJavaRosa, local)
	return strings.TrimSpace(v)
}

// content is all text inside an element.
func (n *xmlNode) content() string {
	var b strings.Builder
	var add func(*xmlNode)
	add = func(n *xmlNode) {
		b.WriteString(n.text)
		for _, k := range n.kids {
			add(k)
		}
	}
	if n != nil {
		add(n)
	}
	return b.String()
}

// rest are the attributes that are not among the named ones (by qualified name).
func (x *xmlReader) rest(n *xmlNode, without ...string) []Attr {
	var out []Attr
next:
	for _, a := range n.attrs {
		name := x.qualified(a.Name.Space, a.Name.Local)
		for _, w := range without {
			if name == w {
				continue next
			}
		}
		out = append(out, Attr{name, a.Value})
	}
	return out
}

// The paths of a form are plain: /data/group/name, without predicates, by local names.

// joinPath makes a reference absolute as seen from a context node. Predicates are left out, and so are prefixes.
func joinPath(context, ref string) string {
	ref = strings.TrimSpace(stripPredicates(ref))
	ref = strings.TrimPrefix(ref, "current()/")
	var steps []string
	if !strings.HasPrefix(ref, "/") {
		steps = strings.Split(strings.Trim(context, "/"), "/")
	}
	for _, s := range strings.Split(ref, "/") {
		switch s = strings.TrimSpace(s); s {
		case "", ".":
		case "..":
			if len(steps) > 0 {
				steps = steps[:len(steps)-1]
			}
		default:
			steps = append(steps, localName(s))
		}
	}
	return "/" + strings.Join(steps, "/")
}

func localName(s string) string {
	if strings.HasPrefix(s, "@") {
		return "@" + localName(s[1:])
	}
	return s[strings.LastIndexByte(s, ':')+1:]
}

// stripPredicates leaves out [...] with all inside, quoted brackets included.
func stripPredicates(s string) string {
	if !strings.Contains(s, "[") {
		return s
	}
	var b strings.Builder
	depth, quote := 0, rune(0)
	for _, r := range s {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case depth > 0 && (r == '\'' || r == '"'):
			quote = r
		case r == '[':
			depth++
			continue
		case r == ']' && depth > 0:
			depth--
			continue
		}
		if depth == 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func parentPath(p string) string { return p[:max(strings.LastIndexByte(p, '/'), 0)] }

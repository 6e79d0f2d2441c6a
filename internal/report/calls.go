package report

// Call is a number a page offers to dial, in one language.
type Call struct {
	Kind, Name, Tel, Shown string
	Verified               bool
}

// Portal is a page of another institution where online content can be reported.
type Portal struct{ Name, For, URL string }

// Calls returns the numbers to call, the most urgent first.
func (s *Service) Calls(lang string) (out []Call) {
	for _, n := range s.Directory.Numbers() {
		out = append(out, Call{Kind: string(n.Kind), Name: n.Name.In(lang), Tel: n.Tel, Shown: n.Shown, Verified: n.Verified})
	}
	return out
}

// Portals returns where online content can be reported.
func (s *Service) Portals(lang string) (out []Portal) {
	for _, p := range s.Directory.Portals() {
		out = append(out, Portal{p.Name.In(lang), p.For.In(lang), p.URL})
	}
	return out
}

// Promise is an answer time with the basis it rests on.
type Promise struct {
	Risk             string
	Hours            int
	Basis, Certainty string
}

// Promises returns the answer times of this unit.
func (s *Service) Promises() (out []Promise) {
	for _, r := range s.Directory.Responses() {
		out = append(out, Promise{r.Risk, int(r.Within.Hours()), r.Basis, r.Certainty})
	}
	return out
}

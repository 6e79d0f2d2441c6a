package directory

import (
	"testing"
	"time"
)

func TestUnknownRiskRunsTheHighClock(t *testing.T) {
	s, err := New(Contents{})
	if err != nil {
		t.Fatal(err)
	}
	for _, risk := range []string{"unknown", "", "something else"} {
		if got, want := s.Response(risk).Within, s.Response("high").Within; got != want {
			t.Errorf("Response(%q) = %v, want the high clock %v", risk, got, want)
		}
	}
	if s.Response("low").Within <= s.Response("medium").Within {
		t.Error("low risk must leave more time than medium")
	}
}

func TestResponseWithoutBasisIsRefused(t *testing.T) {
	_, err := New(Contents{Responses: []Response{{Risk: "high", Within: time.Hour}}})
	if err == nil {
		t.Fatal("a response time without basis was taken")
	}
}

func TestDefaultsSpeakBothLanguages(t *testing.T) {
	d := Defaults()
	for _, n := range d.Numbers {
		if n.Name.ID == "" || n.Name.EN == "" || n.Tel == "" {
			t.Errorf("number %+v is incomplete", n)
		}
	}
	for _, p := range d.Portals {
		if p.Name.In("en") == "" || p.For.In("id") == "" || p.For.In("en") == p.For.In("id") {
			t.Errorf("portal %+v is incomplete", p)
		}
	}
	if d.Numbers[0].Kind != Emergency {
		t.Error("the most urgent number comes first")
	}
}

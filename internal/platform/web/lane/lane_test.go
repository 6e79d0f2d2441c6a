package lane

import (
	"strconv"
	"testing"
	"time"

	"github.com/naungan/naungan/internal/platform/clock"
)

func TestFloodChangesLaneAndWorkLiftsIt(t *testing.T) {
	c := clock.NewFake(time.Unix(1.8e9, 0))
	k := New(c)
	secret := []byte("rahasia")
	token := k.Token(secret)
	if !k.Suspect(Signs{Visitor: "a", Token: token, Secret: secret}) {
		t.Error("filled at once is not noticed")
	}
	c.Advance(10 * time.Second)
	for i := range 10 {
		got := k.Suspect(Signs{Visitor: "b", Token: token, Secret: secret})
		if got != (i >= perHead) {
			t.Errorf("post %d: suspect %v", i, got)
		}
	}
	if k.Suspect(Signs{Visitor: "c", Token: token, Secret: secret}) {
		t.Error("one visitor's flood slows another")
	}
	if !k.Suspect(Signs{Visitor: "c", Token: token, Secret: []byte("lain")}) || !k.Suspect(Signs{Visitor: "c", Token: token, Secret: secret, Honeypot: "x"}) {
		t.Error("a token of another form or a filled trap is not noticed")
	}
	for i := 0; ; i++ {
		if n := strconv.Itoa(i); Worked(Challenge(secret), n) {
			if k.Suspect(Signs{Visitor: "b", Token: token, Secret: secret, Nonce: n}) {
				t.Error("work does not lift the lane")
			}
			return
		}
	}
}

func FuzzToken(f *testing.F) {
	f.Add("AAAA")
	k := New(clock.NewFake(time.Unix(1.8e9, 0)))
	f.Fuzz(func(t *testing.T, token string) {
		if _, ok := k.age(token, []byte("s")); ok {
			t.Fatal("a made-up token holds")
		}
	})
}

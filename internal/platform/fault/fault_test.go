package fault

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestKindSurvivesWrapping(t *testing.T) {
	for k := Internal; k <= StepUp; k++ {
		err := fmt.Errorf("outer: %w", New(k, "fault.x"))
		if got := KindOf(err); got != k {
			t.Errorf("KindOf(wrapped %v) = %v", k, got)
		}
	}
	if KindOf(errors.New("disk on fire")) != Internal {
		t.Error("an unknown error must be Internal")
	}
	if KindOf(fmt.Errorf("x: %w", context.Canceled)) != Busy {
		t.Error("a cancelled request is Busy, its outcome unknown")
	}
}

func TestMessageNeverShowsTheCause(t *testing.T) {
	secret := errors.New("row 7 of table casework_case")
	key, args := Message(Wrap(Internal, "fault.internal", secret))
	if strings.Contains(key+fmt.Sprint(args...), "casework_case") {
		t.Fatal("the cause reached the message")
	}
	if key, _ := Message(secret); key != "fault.internal" {
		t.Fatalf("an unclassified error shows %q", key)
	}
	if !errors.Is(Wrap(Conflict, "k", secret), secret) {
		t.Error("the cause is lost for errors.Is")
	}
}

func TestFieldsOfInvalid(t *testing.T) {
	err := fmt.Errorf("save: %w", Of(Field{Name: "name", Key: "too_long", Args: []any{"most", 3}}))
	if KindOf(err) != Invalid || len(Fields(err)) != 1 || Fields(err)[0].Name != "name" {
		t.Fatalf("fields lost: %v", err)
	}
	if Fields(errors.New("x")) != nil {
		t.Error("fields invented")
	}
}

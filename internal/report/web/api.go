package web

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/internal/platform/seal"
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/internal/report"
)

// apiReport is what a partner hotline sends: words only.
type apiReport struct {
	Secret   string          `json:"secret" minLength:"22" maxLength:"100" doc:"Random text of at least 128 bits made by the client (base64 or hex). It is the idempotency key: the same secret again is the same report, stored once, and gives the same code."`
	Danger   bool            `json:"danger,omitempty" doc:"Somebody is in danger now. Call first."`
	Helps    []string        `json:"helps,omitempty" maxItems:"20"`
	Concerns []string        `json:"concerns,omitempty" maxItems:"20"`
	Text     string          `json:"text,omitempty" maxLength:"8000" doc:"Words only; no media in any form."`
	Area     string          `json:"area,omitempty"`
	Place    string          `json:"place,omitempty"`
	Where    string          `json:"where,omitempty" maxLength:"300"`
	Links    []string        `json:"links,omitempty" maxItems:"20" doc:"Kept inert; never fetched."`
	When     string          `json:"when,omitempty"`
	Age      string          `json:"age,omitempty"`
	Sex      string          `json:"sex,omitempty"`
	Helpers  string          `json:"helpers,omitempty" maxLength:"900"`
	Conflict bool            `json:"conflict,omitempty" doc:"About somebody who works here or for an office: only the independent oversight team reads it."`
	Contact  string          `json:"contact,omitempty"`
	Safe     string          `json:"safe,omitempty" maxLength:"900"`
	Numbers  []report.Number `json:"numbers,omitempty" maxItems:"20"`
}

type apiInput struct {
	Key  string `header:"X-Naungan-Key" required:"true" doc:"The partner's API key."`
	Lang string `header:"Accept-Language"`
	Body apiReport
}

type apiOutput struct {
	Body struct {
		Words  []string `json:"words" doc:"The receipt code in words; the last is the check."`
		Digits string   `json:"digits" doc:"The same code in digits."`
		Status string   `json:"status" doc:"received"`
	}
}

// API returns the handlers for programs, by pattern: the partner's report and the
// description of itself (OpenAPI 3.1).
func (p *Pages) API(s *web.Site) map[string]http.Handler {
	mux := http.NewServeMux()
	cfg := huma.DefaultConfig("Naungan", "1")
	cfg.OpenAPIPath, cfg.DocsPath, cfg.SchemasPath, cfg.CreateHooks = "/api/openapi", "", "", nil
	api := humago.New(mux, cfg)
	huma.Register(api, huma.Operation{OperationID: "report", Method: http.MethodPost, Path: "/api/v1/reports", DefaultStatus: http.StatusCreated, MaxBodyBytes: 64 << 10,
		Summary: "Hand over a report", Description: "For partner hotlines. The report is sealed to the receiving team at once; the answer is the receipt code for the reporter.",
		Errors: []int{400, 401, 413, 415, 422, 503}}, func(ctx context.Context, in *apiInput) (*apiOutput, error) {
		out, err := p.accept(ctx, in)
		return out, p.apiError(s, in.Lang, err)
	})
	words := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if kind := r.Header.Get("Content-Type"); r.Method == http.MethodPost && !strings.HasPrefix(kind, "application/json") {
			http.Error(w, "words only: application/json", http.StatusUnsupportedMediaType)
			return
		}
		mux.ServeHTTP(w, r)
	})
	return map[string]http.Handler{"POST /api/v1/reports": words, "GET /api/openapi.json": words}
}

func (p *Pages) accept(ctx context.Context, in *apiInput) (*apiOutput, error) {
	name, err := p.s.PartnerOf(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	b := in.Body
	secret := seal.ReporterSecret(sha256.Sum256([]byte("api|" + name + "|" + b.Secret)))
	intake := report.Intake{Door: report.Pro, Danger: b.Danger, Helps: b.Helps, Concerns: b.Concerns, Text: b.Text, Area: b.Area, Place: b.Place, Where: b.Where, Links: b.Links,
		When: b.When, Age: b.Age, Sex: b.Sex, Helpers: b.Helpers, Conflict: b.Conflict, Contact: b.Contact, Safe: b.Safe, Numbers: b.Numbers}
	intake.Clean()
	if intake.Empty() && !intake.Danger {
		return nil, fault.Of(fault.Field{Name: "text", Key: "report.say_something"})
	}
	if err := p.take(ctx, secret, &intake, report.Partner, report.Trusted); err != nil {
		return nil, err
	}
	code := secret.Code()
	out := &apiOutput{}
	out.Body.Words, out.Body.Digits, out.Body.Status = append(code.Words(), code.Check()), code.Digits(), report.Received
	return out, nil
}

// apiError turns a fault into the API's answer, in the asker's language; nothing
// internal leaks.
func (p *Pages) apiError(s *web.Site, accept string, err error) error {
	if err == nil {
		return nil
	}
	l, _ := lang.Parse(accept)
	printer := s.Texts.In(l)
	key, args := fault.Message(err)
	var details []error
	for _, f := range fault.Fields(err) {
		details = append(details, &huma.ErrorDetail{Location: "body." + f.Name, Message: printer.T(f.Key, f.Args...)})
	}
	if fault.KindOf(err) == fault.Internal {
		s.Log.Error("fault", "route", "api", "err", err)
	}
	var se huma.StatusError
	if errors.As(err, &se) {
		return se
	}
	return huma.NewError(web.Status(fault.KindOf(err)), printer.T(key, args...), details...)
}

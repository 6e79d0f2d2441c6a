package journey

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// report walks the public form without script and returns the code's digits.
func (c *client) report(h *house, door, story string, conflict bool) (digits string) {
	c.t.Helper()
	c.get("/tulis/" + door)
	c.see("110", "129")
	c.submit("Tidak, lanjutkan")
	h.clock.Advance(20 * time.Second)
	c.submit("Lanjut", "helps", "advice")
	c.submit("Lanjut", "text", story)
	if door != "self" {
		c.submit("Lanjut", "area", "Tambora", "links", "https://contoh.example/sesuatu")
		c.submit("Lanjut", "age", "12-14")
	}
	answer := []string{"contact", "code"}
	if conflict {
		answer = append(answer, "conflict", "yes")
	}
	c.submit("Lanjut", answer...)
	c.see(story)
	c.submit("Kirim")
	c.see("Simpan kode ini")
	return c.digits()
}

// digits reads the code off the page.
func (c *client) digits() string {
	c.t.Helper()
	for p := range nodes(c.page, "p") {
		if strings.Contains(attr(p, "class"), "n-code--digits") {
			return text(p)
		}
	}
	c.t.Fatalf("%s shows no code", c.at)
	return ""
}

// mailbox opens the answers with a code.
func (c *client) mailbox(code string) {
	c.t.Helper()
	c.get("/kotak")
	c.submit("Buka", "kode", code)
	c.see("Kotak jawaban")
}

func TestReportWithoutScript(t *testing.T) {
	both(t, func(h *house) {
		for _, door := range []string{"self", "other", "partner"} {
			c := visit(h.t, h.URL)
			code := c.report(h, door, "Aku ingin tahu cara membantu.", false)
			if len(c.http.Jar.Cookies(mustURL(h.URL))) != 0 {
				h.t.Error("a cookie was set")
			}
			c.submit("Saya sudah menyimpannya")
			c.see("Kotak jawaban", "Diterima")
			c.mailbox(code)
			c.submit("Kirim", "text", "Sedikit tambahan.")
			c.see("Pesanmu terkirim")
			c.submit("Kode saya diketahui orang lain")
			c.see("dibekukan")
			c.unseen("Diterima pada")
		}
	})
}

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}

func TestEnglishReport(t *testing.T) {
	h := start(t, "", discard{})
	c := visit(t, h.URL)
	c.get("/?lang=en")
	c.see("For me")
	c.follow("For me")
	forms := 0
	for range 8 {
		if strings.Contains(c.body, "n-code--digits") {
			break
		}
		for f := range nodes(c.page, "form") {
			v := values(f)
			for b := range nodes(f, "button") {
				if val := attr(b, "value"); val == "start" || val == "next" || val == "send" {
					v.Set("go", val)
					if forms == 1 {
						v.Set("helps", "talk")
					}
					c.post(resolve(c.at, attr(f, "action")), v)
					forms++
					break
				}
			}
		}
	}
	if c.digits() == "" || attr(first(c, "html"), "lang") != "en" {
		t.Fatalf("no English code page: %s", text(c.page))
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

func TestSameFormTwiceShowsTheSameCode(t *testing.T) {
	both(t, func(h *house) {
		c := visit(h.t, h.URL)
		c.get("/tulis/self")
		c.submit("Tidak, lanjutkan")
		v := url.Values{"s": {hidden(c, "s")}, "t": {hidden(c, "t")}, "step": {"check"}, "go": {"send"}, "helps": {"talk"}}
		c.post("/tulis/self", v)
		one := c.digits()
		c.post("/tulis/self", v)
		if two := c.digits(); one != two {
			h.t.Errorf("two codes: %s, %s", one, two)
		}
	})
}

func hidden(c *client, name string) string {
	for n := range nodes(c.page, "input") {
		if attr(n, "name") == name {
			return attr(n, "value")
		}
	}
	c.t.Fatalf("%s has no field %s", c.at, name)
	return ""
}

func TestBadInputGetsAPage(t *testing.T) {
	h := start(t, "", discard{})
	c := visit(t, h.URL)
	send := func(method, path, kind, body string, want int, see string) {
		t.Helper()
		req, err := http.NewRequest(method, h.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if kind != "" {
			req.Header.Set("Content-Type", kind)
		}
		c.do(req)
		if c.status != want {
			t.Errorf("%s %s: %d, want %d", method, path, c.status, want)
		}
		c.see(see)
		c.unseen("sql:", "goroutine", "/internal/", "panic")
	}
	form := "application/x-www-form-urlencoded"
	send("POST", "/tulis/self", "multipart/form-data; boundary=x", "--x--", 415, "Kami tidak pernah menerima")
	send("POST", "/tulis/self", "image/png", "x", 415, "Kami tidak pernah menerima")
	send("POST", "/tulis/self", form, "text="+strings.Repeat("a", 200_000), 413, "terlalu panjang")
	send("POST", "/tulis/self", form, "%zz=1", 422, "tidak dapat dibaca")
	send("POST", "/tulis/self", form, "step=worry&go=next&text="+url.QueryEscape("data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA"), 422, "Jangan menempelkan gambar")
	send("POST", "/tulis/self", form, "step=worry&go=next&text="+strings.Repeat("kata+", 2500), 422, "Terlalu panjang")
	send("POST", "/tulis/self", form, "step=help&go=next&helps=ngawur", 422, "Pilih salah satu")
	send("GET", "/tulis/ngawur", "", "", 404, "tidak ditemukan")
	send("GET", "/aduan/ngawur", "", "", 401, "Masuk")
	send("POST", "/kotak", form, "kode=bukan+kode", 422, "Kode")
	send("DELETE", "/kotak", "", "", 404, "tidak ditemukan")
}

func TestTypedTextSurvivesAFault(t *testing.T) {
	h := start(t, "", discard{})
	c := visit(t, h.URL)
	c.get("/tulis/other")
	c.submit("Tidak, lanjutkan")
	c.submit("Lanjut", "helps", "advice")
	c.submit("Lanjut", "text", "Cerita yang tidak boleh hilang.")
	c.submit("Lanjut", "where", strings.Repeat("x", 400))
	if c.status != 422 {
		t.Fatalf("status %d", c.status)
	}
	if hidden(c, "text") != "Cerita yang tidak boleh hilang." {
		t.Error("an earlier answer was lost")
	}
}

func TestWrongCodesHelp(t *testing.T) {
	h := start(t, "", discard{})
	c := visit(t, h.URL)
	c.report(h, "self", "Halo.", false)
	var list []string
	for li := range nodes(c.page, "li") {
		list = append(list, text(li))
	}
	list[2] = list[2] + "x"
	c.get("/kotak")
	c.submit("Buka", "kode", strings.Join(list, " "))
	c.see("Kata ke-3", "Mungkin maksudmu")
}

func TestEveryPublicPageIsSmallAndItsOwn(t *testing.T) {
	h := start(t, "", discard{})
	c := visit(t, h.URL)
	for _, path := range []string{"/", "/bantuan", "/tulis/self", "/tulis/other", "/tulis/partner", "/kotak"} {
		for _, lang := range []string{"", "?lang=en"} {
			c.get(path + lang)
			if len(c.body) > 20_000 {
				t.Errorf("%s: %d bytes of HTML", path, len(c.body))
			}
			first := true
			for n := range c.page.Descendants() {
				for _, a := range n.Attr {
					foreign := strings.Contains(a.Val, "//") && (a.Key == "src" || a.Key == "href" || a.Key == "action")
					if foreign && !strings.Contains(attr(n, "class"), "n-exit") {
						t.Errorf("%s reaches for %s", path, a.Val)
					}
				}
				if n.Data == "a" && first {
					first = false
					if attr(n, "class") != "n-exit" || !strings.Contains(attr(n, "rel"), "noreferrer") {
						t.Errorf("%s: the first link is not the quick exit", path)
					}
				}
			}
			if lang == "?lang=en" && strings.Contains(c.body, "Keluar cepat") {
				t.Errorf("%s speaks Indonesian in English", path)
			}
		}
	}
}

func TestEveryRouteHasTheHeaders(t *testing.T) {
	h := start(t, "", discard{})
	site := h.site()
	for _, r := range site.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		path = strings.NewReplacer("{$}", "", "{door}", "self", "{id}", "x", "{kind}", "situation", "{paper}", "rujukan", "{step}", "A1", "{token}", "x", "{version}", "x", "{draft}", "x", "{stage}", "A", "{form}", "F-01").Replace(path)
		req, err := http.NewRequest(method, h.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		c := visit(t, h.URL)
		c.do(req)
		for name, want := range map[string]string{"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "same-origin", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin", "Permissions-Policy": "camera=()"} {
			if !strings.Contains(c.head.Get(name), want) {
				t.Errorf("%s: %s is %q", r.Pattern, name, c.head.Get(name))
			}
		}
		if c.status == 500 {
			t.Errorf("%s answers 500", r.Pattern)
		}
	}
}

func TestPartnerAPI(t *testing.T) {
	h := start(t, "", discard{})
	call := func(key, body string) (int, string) {
		req, err := http.NewRequest(http.MethodPost, h.URL+"/api/v1/reports", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Naungan-Key", key)
		c := visit(t, h.URL)
		c.do(req)
		return c.status, c.body
	}
	good := fmt.Sprintf(`{"secret":%q,"concerns":["venue"],"text":"Mohon ditindaklanjuti."}`, strings.Repeat("ab12", 8))
	st, one := call(h.demo.PartnerKey, good)
	if st != 201 {
		t.Fatalf("%d %s", st, one)
	}
	if _, two := call(h.demo.PartnerKey, good); one != two {
		t.Error("the same secret gives two codes")
	}
	if st, _ := call("salah", good); st != 401 {
		t.Errorf("a wrong key: %d", st)
	}
	if st, body := call(h.demo.PartnerKey, `{"secret":"abababababababababababab","text":"data:image/png;base64,iVBORw0KGgoAAAA"}`); st != 422 || !strings.Contains(body, "gambar") {
		t.Errorf("media: %d %s", st, body)
	}
	if st, _ := call(h.demo.PartnerKey, `{`); st != 400 {
		t.Errorf("no JSON: %d", st)
	}
	if st, _ := call(h.demo.PartnerKey, `{"secret":"short","text":"x"}`); st != 422 {
		t.Errorf("a short secret: %d", st)
	}
	c := visit(t, h.URL)
	c.get("/api/openapi.json")
	if !strings.Contains(c.body, `"openapi":"3.1`) {
		t.Error("no OpenAPI 3.1")
	}
}

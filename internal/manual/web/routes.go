package web

import (
	"github.com/naungan/naungan/internal/platform/web"
	"github.com/naungan/naungan/protocol"
)

// Routes lists every page, one line each.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /manual", Door: web.Staff, Action: "manual.read", Do: p.running},
		{Pattern: "GET /manual/{step}", Door: web.Staff, Action: "manual.read", Do: p.shortcut},
		{Pattern: "GET /manual/cari", Door: web.Staff, Action: "manual.read", Do: p.search},
		{Pattern: "GET /manual/banding", Door: web.Staff, Action: "manual.read", Do: p.compare},
		{Pattern: "POST /manual/naskah", Door: web.Staff, Action: "manual.write", Do: p.begin},
		{Pattern: "GET /manual/naskah/{draft}", Door: web.Staff, Action: "manual.read", Do: p.draft},
		{Pattern: "POST /manual/naskah/{draft}", Door: web.Staff, Action: "manual.sign", Do: p.act},
		{Pattern: "GET /manual/naskah/{draft}/langkah/{step}", Door: web.Staff, Action: "manual.write", Do: p.editStep},
		{Pattern: "POST /manual/naskah/{draft}/langkah/{step}", Door: web.Staff, Action: "manual.write", Do: p.saveStep},
		{Pattern: "GET /manual/naskah/{draft}/formulir/{form}", Door: web.Staff, Action: "manual.write", Do: p.editForm},
		{Pattern: "POST /manual/naskah/{draft}/formulir/{form}", Door: web.Staff, Action: "manual.write", Do: p.saveForm},
		{Pattern: "POST /manual/naskah/{draft}/langkah/{step}/periksa", Door: web.Staff, Action: "manual.write", Do: p.checkStep},
		{Pattern: "POST /manual/naskah/{draft}/formulir/{form}/periksa", Door: web.Staff, Action: "manual.write", Do: p.checkForm},
		{Pattern: "POST /manual/naskah/{draft}/teks/periksa", Door: web.Staff, Action: "manual.write", Body: 4 * protocol.MaxManual, Do: p.checkText},
		{Pattern: "POST /manual/naskah/{draft}/kembali", Door: web.Staff, Action: "manual.write", Do: p.takeBack},
		{Pattern: "GET /manual/naskah/{draft}/teks", Door: web.Staff, Action: "manual.write", Do: p.editText},
		{Pattern: "POST /manual/naskah/{draft}/teks", Door: web.Staff, Action: "manual.write", Body: 4 * protocol.MaxManual, Do: p.saveText},
		{Pattern: "GET /manual/naskah/{draft}/kamus", Door: web.Staff, Action: "manual.write", Do: p.words},
		{Pattern: "GET /manual/naskah/{draft}/kamus/{part}", Door: web.Staff, Action: "manual.write", Do: p.editWord},
		{Pattern: "POST /manual/naskah/{draft}/kamus/{part}", Door: web.Staff, Action: "manual.write", Do: p.saveWord},
		{Pattern: "GET /manual/naskah/{draft}/kamus/{part}/{word}", Door: web.Staff, Action: "manual.write", Do: p.editWord},
		{Pattern: "POST /manual/naskah/{draft}/kamus/{part}/{word}", Door: web.Staff, Action: "manual.write", Do: p.saveWord},
		{Pattern: "POST /manual/naskah/{draft}/langkah", Door: web.Staff, Action: "manual.write", Do: p.addStep},
		{Pattern: "GET /manual/kontak", Door: web.Staff, Action: "manual.read", Do: p.contacts},
		{Pattern: "POST /manual/kontak", Door: web.Staff, Action: "manual.write", Do: p.saveContact},
		{Pattern: "GET /manual/riwayat", Door: web.Staff, Action: "manual.read", Do: p.history},
		{Pattern: "GET /manual/versi/{version}", Door: web.Staff, Action: "manual.read", Do: p.book},
		{Pattern: "GET /manual/versi/{version}/tahap/{stage}", Door: web.Staff, Action: "manual.read", Do: p.stage},
		{Pattern: "GET /manual/versi/{version}/langkah/{step}", Door: web.Staff, Action: "manual.read", Do: p.step},
		{Pattern: "GET /manual/versi/{version}/formulir/{form}", Door: web.Staff, Action: "manual.read", Do: p.form},
		{Pattern: "GET /manual/versi/{version}/coba", Door: web.Staff, Action: "manual.read", Do: p.trial},
		{Pattern: "GET /manual/versi/{version}/buku.pdf", Door: web.Staff, Action: "manual.read", Do: p.pdf},
		{Pattern: "GET /manual/versi/{version}/buku.html", Door: web.Staff, Action: "manual.read", Do: p.html},
		{Pattern: "GET /manual/versi/{version}/naskah.yaml", Door: web.Staff, Action: "manual.read", Do: p.text},
	}
}

package xlsform

import (
	"slices"
	"strings"
)

var verdictWords = map[Verdict]twoTongues{
	Comparable:   {"comparable", "dapat dibandingkan"},
	WithCare:     {"comparable with care", "dapat dibandingkan dengan hati-hati"},
	SeriesBroken: {"series broken", "rangkaian terputus"},
}

func (t twoTongues) in(lang string) string {
	if lang == "id" {
		return t.id
	}
	return t.en
}

// ChangeExplanation is what is said of one kind of change: its verdict, and in both languages the message and, as the hint, the
// advice, with {placeholders}. Codes that begin with "type-" are reasons of a change of type.
type ChangeExplanation struct {
	Code    string
	Verdict Verdict
	English Words
	Bahasa  Words
}

func (e ChangeExplanation) in(lang string) Words {
	if lang == "id" {
		return e.Bahasa
	}
	return e.English
}

// ExplainChange looks a code of a change up; an unknown one gives an explanation that says the code alone.
func ExplainChange(code string) ChangeExplanation {
	if e, found := changeWords[code]; found {
		return e
	}
	return ChangeExplanation{Code: code, Verdict: WithCare, English: Words{Message: code}, Bahasa: Words{Message: code}}
}

// ChangeExplanations are all codes of changes there are, in alphabetical order.
func ChangeExplanations() []ChangeExplanation {
	out := slices.Concat(formChanges, itemChanges, choiceChanges, typeChanges)
	slices.SortFunc(out, func(a, b ChangeExplanation) int { return strings.Compare(a.Code, b.Code) })
	return out
}

var changeWords = func() map[string]ChangeExplanation {
	m := map[string]ChangeExplanation{}
	for _, e := range ChangeExplanations() {
		m[e.Code] = e
	}
	return m
}()

// formChanges are those of the form, and of where items stand.
var formChanges = []ChangeExplanation{
	{"form-id", Comparable,
		Words{"The form's id was {old} and is now {new}.",
			"Servers take it for another form: say there that both belong together."},
		Words{"ID formulir tadinya {old}, sekarang {new}.",
			"Server menganggapnya formulir lain: catat di sana bahwa keduanya satu rangkaian."}},
	{"form-title", Comparable,
		Words{"The title was “{old}” and is now “{new}”.",
			"Nothing to do for the answers."},
		Words{"Judul tadinya “{old}”, sekarang “{new}”.",
			"Tidak ada yang perlu dilakukan pada jawaban."}},
	{"form-version", Comparable,
		Words{"The version was {old} and is now {new}.",
			"Keep the version with every answer."},
		Words{"Versi tadinya {old}, sekarang {new}.",
			"Simpan versi bersama setiap jawaban."}},
	{"default-language", Comparable,
		Words{"The default language was {old} and is now {new}.",
			"Check in which language the interviews were held."},
		Words{"Bahasa baku tadinya {old}, sekarang {new}.",
			"Periksa dalam bahasa apa wawancara dilakukan."}},
	{"language-added", WithCare,
		Words{"The language {new} was added.",
			"Have the translation checked for the same meaning, and keep the language with the answer so that results can be compared by language."},
		Words{"Bahasa {new} ditambahkan.",
			"Periksa apakah terjemahannya bermakna sama, dan simpan bahasa bersama jawaban agar hasil dapat dibandingkan menurut bahasa."}},
	{"language-removed", WithCare,
		Words{"The language {old} was removed.",
			"People who answered in it may now answer in another language or not at all: compare who answered."},
		Words{"Bahasa {old} dihapus.",
			"Orang yang tadinya menjawab dalam bahasa itu mungkin kini memakai bahasa lain atau tidak menjawab: bandingkan siapa yang menjawab."}},
	{"question-added", Comparable,
		Words{"The question {name} is new.",
			"Its series begins with this version; there is nothing to compare it with before."},
		Words{"Pertanyaan {name} baru.",
			"Rangkaiannya mulai dari versi ini; belum ada pembanding sebelumnya."}},
	{"question-removed", SeriesBroken,
		Words{"The question {name} was removed.",
			"Its series ends. Show it up to the last version that asked it."},
		Words{"Pertanyaan {name} dihapus.",
			"Rangkaiannya berakhir. Tampilkan sampai versi terakhir yang menanyakannya."}},
	{"note-added", WithCare,
		Words{"The note {name} is new.",
			"Notes hold no answers, but words read before a question can change its answers: look at the questions after it."},
		Words{"Catatan {name} baru.",
			"Catatan tidak berisi jawaban, tetapi kata-kata sebelum pertanyaan dapat mengubah jawaban: lihat pertanyaan sesudahnya."}},
	{"note-removed", WithCare,
		Words{"The note {name} was removed.",
			"Notes hold no answers, but words read before a question can change its answers: look at the questions after it."},
		Words{"Catatan {name} dihapus.",
			"Catatan tidak berisi jawaban, tetapi kata-kata sebelum pertanyaan dapat mengubah jawaban: lihat pertanyaan sesudahnya."}},
	{"group-added", Comparable,
		Words{"The group {name} is new.",
			"See what is said of the questions in it."},
		Words{"Kelompok {name} baru.",
			"Lihat keterangan pertanyaan di dalamnya."}},
	{"group-removed", Comparable,
		Words{"The group {name} was removed.",
			"See what is said of the questions that were in it."},
		Words{"Kelompok {name} dihapus.",
			"Lihat keterangan pertanyaan yang tadinya di dalamnya."}},
	{"repeat-added", Comparable,
		Words{"The repeat {name} is new.",
			"Its rows begin with this version."},
		Words{"Pengulangan {name} baru.",
			"Barisnya mulai dari versi ini."}},
	{"repeat-removed", SeriesBroken,
		Words{"The repeat {name} was removed.",
			"The series of its rows ends, and so does their number."},
		Words{"Pengulangan {name} dihapus.",
			"Rangkaian barisnya berakhir, begitu pula jumlahnya."}},
	{"question-renamed", WithCare,
		Words{"Proposed: {old} is now called {new} (same type, same place, same label).",
			"Let a person confirm that both ask the same; then join the two columns."},
		Words{"Usulan: {old} kini bernama {new} (jenis, tempat dan label sama).",
			"Minta seseorang memastikan keduanya menanyakan hal yang sama; lalu gabungkan kedua kolom."}},
	{"group-renamed", Comparable,
		Words{"Proposed: the group {old} is now called {new}.",
			"The columns of its questions have new paths: join them by this pair of names."},
		Words{"Usulan: kelompok {old} kini bernama {new}.",
			"Kolom pertanyaannya punya jalur baru: gabungkan menurut pasangan nama ini."}},
	{"moved", WithCare,
		Words{"{name} moved from {old} to {new}.",
			"The column has a new path, and other questions now stand before it, which can change its answers; what shows its new group decides who is asked."},
		Words{"{name} pindah dari {old} ke {new}.",
			"Kolomnya punya jalur baru dan pertanyaan lain kini mendahuluinya, yang dapat mengubah jawaban; syarat tampil kelompok baru menentukan siapa yang ditanya."}},
	{"moved-repeat", SeriesBroken,
		Words{"{name} moved into, out of or between repeats: from {old} to {new}.",
			"What is counted changed: one answer a form before, one a row now, or the other way round."},
		Words{"{name} pindah masuk, keluar atau antarpengulangan: dari {old} ke {new}.",
			"Yang dihitung berubah: tadinya satu jawaban per formulir, kini satu per baris, atau sebaliknya."}},
	{"reordered", WithCare,
		Words{"{name} stands in another place among its neighbours.",
			"Questions asked before can change an answer: compare those who were asked in either order."},
		Words{"{name} berada di urutan lain di antara pertanyaan sekitarnya.",
			"Pertanyaan yang mendahului dapat mengubah jawaban: bandingkan jawaban menurut kedua urutan."}},
	{"repeat-made", SeriesBroken,
		Words{"The group {name} is now a repeat.",
			"One answer a form became one a row: begin a new series, or first reduce the rows to one value a form by a stated rule."},
		Words{"Kelompok {name} kini berupa pengulangan.",
			"Satu jawaban per formulir menjadi satu per baris: mulai rangkaian baru, atau ringkas dahulu baris menjadi satu nilai per formulir dengan aturan tertulis."}},
	{"repeat-undone", SeriesBroken,
		Words{"The repeat {name} is now a plain group.",
			"One answer a row became one a form: begin a new series, or first reduce the old rows to one value a form by a stated rule."},
		Words{"Pengulangan {name} kini kelompok biasa.",
			"Satu jawaban per baris menjadi satu per formulir: mulai rangkaian baru, atau ringkas dahulu baris lama menjadi satu nilai per formulir dengan aturan tertulis."}},
	{"repeat-count", WithCare,
		Words{"How often {name} repeats was “{old}” and is now “{new}”.",
			"There may be more or fewer rows for the same thing: compare the number of rows a form."},
		Words{"Banyaknya pengulangan {name} tadinya “{old}”, sekarang “{new}”.",
			"Jumlah baris untuk hal yang sama bisa bertambah atau berkurang: bandingkan jumlah baris per formulir."}},
}

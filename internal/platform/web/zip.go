package web

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

var zips sync.Map // file name → []byte

// zipped returns a built file compressed, for a client that takes gzip. Only
// files are compressed, never pages: a page holds secrets beside what was typed.
func zipped(files fs.FS, r *http.Request) ([]byte, bool) {
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return nil, false
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	if gz, ok := zips.Load(name); ok {
		return gz.([]byte), true
	}
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, false
	}
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a constant that exists
	if _, err := w.Write(text); err != nil || w.Close() != nil {
		return nil, false
	}
	zips.Store(name, b.Bytes())
	return b.Bytes(), true
}

func typeOf(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}

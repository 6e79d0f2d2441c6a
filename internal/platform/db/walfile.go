package db

import (
	"encoding/binary"

	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/ncruces/go-sqlite3/vfs/adiantum"
)

// gatheringVFS is the encrypting file layer with a log that is written in one go.
// The committer alone uses it.
const gatheringVFS = "gathering"

func init() { vfs.Register(gatheringVFS, logVFS{adiantum.Wrap(vfs.Find(""), nil)}) }

// logVFS wraps the log (WAL) of every database it opens.
type logVFS struct{ vfs.VFS }

// OpenFilename opens a file of the layer below and wraps a log.
func (v logVFS) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	f, flags, err := vfsutil.WrapOpenFilename(v.VFS, name, flags)
	if err == nil && flags&vfs.OPEN_WAL != 0 {
		f = &logFile{File: f}
	}
	return f, flags, err
}

// Layout of the log: a header, then frames of a header and a page
// (https://sqlite.org/fileformat2.html#the_write_ahead_log).
const (
	logHeader   = 32
	frameHeader = 24
	mostGather  = 1 << 20
)

// logFile gathers the frames of a commit and hands them down when SQLite syncs.
// SQLite writes a frame's header and its page apart; the layer below encrypts
// blocks of 4 KiB, so that each of the two writes would read, decrypt and encrypt
// one block or two anew, three times the work of one write in order.
//
// What a reader may see is never held back: a gathering begins with a frame's
// header and ends with the sync before the frames count (synchronous = FULL, which
// every connection sets); what SQLite writes after a sync, the end of the frame that
// fills the sector, goes straight down. Nothing may stay in hand that another
// connection could have written over meanwhile: the committer's connection never
// spills (cache_spill = OFF), so that frames come only with a commit, which ends in
// a sync or fails; what could not be flushed is dropped. Transactions that need
// to spill go through DB.WriteMuch.
type logFile struct {
	vfs.File
	held  []byte
	at    int64 // where held begins
	frame int64 // bytes of a frame; 0 until the log has a header
}

func (f *logFile) WriteAt(p []byte, off int64) (int, error) {
	if end := f.at + int64(len(f.held)); len(f.held) > 0 && off == end && len(f.held)+len(p) <= mostGather {
		f.held = append(f.held, p...)
		return len(p), nil
	}
	if err := f.flush(); err != nil {
		return 0, err
	}
	if off == 0 && len(p) == logHeader {
		f.frame = frameOf(p)
	}
	if f.begins(p, off) {
		f.held, f.at = append(f.held, p...), off
		return len(p), nil
	}
	return f.File.WriteAt(p, off)
}

// begins tells whether p is the header of a frame.
func (f *logFile) begins(p []byte, off int64) bool {
	if len(p) != frameHeader || off < logHeader {
		return false
	}
	if f.frame == 0 { // an older log goes on
		var head [logHeader]byte
		if n, _ := f.File.ReadAt(head[:], 0); n == logHeader {
			f.frame = frameOf(head[:])
		}
	}
	return f.frame != 0 && (off-logHeader)%f.frame == 0
}

// frameOf reads the length of a frame from a log's header.
func frameOf(header []byte) int64 {
	page := int64(binary.BigEndian.Uint32(header[8:]))
	if page < 512 || page > 65536 {
		return 0
	}
	return frameHeader + page
}

func (f *logFile) flush() error {
	if len(f.held) == 0 {
		return nil
	}
	_, err := f.File.WriteAt(f.held, f.at)
	f.held = f.held[:0]
	return err
}

func (f *logFile) ReadAt(p []byte, off int64) (int, error) {
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, off)
}

func (f *logFile) Sync(flags vfs.SyncFlag) error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.File.Sync(flags)
}

func (f *logFile) Size() (int64, error) {
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.File.Size()
}

func (f *logFile) Truncate(size int64) error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

// Unwrap gives what is below, for what SQLite asks of files beside reading and writing.
func (f *logFile) Unwrap() vfs.File { return f.File }

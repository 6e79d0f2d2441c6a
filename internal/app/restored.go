package app

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/naungan/naungan/internal/platform/access"
	"github.com/naungan/naungan/internal/platform/audit"
	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/platform/db"
	"github.com/naungan/naungan/internal/platform/fault"
	"github.com/naungan/naungan/internal/platform/lang"
	"github.com/naungan/naungan/internal/platform/web"
)

// Settings of an installation that was restored and that nobody, or one person
// only, confirmed yet.
const (
	restoredRoot  = "restored_root"
	restoredDay   = "restored_day"
	restoredFirst = "restored_first"
)

// restored is from where an installation was restored, while it waits for two
// people; the zero value where it does not wait.
type restored struct {
	Root  string
	Day   int64
	First string // the person who confirmed it
}

// hold shuts the public form until two people confirm what was restored.
func (h *House) hold(tx *db.Tx, root string) error {
	if _, err := tx.ExecContext(tx.Ctx(), `DELETE FROM app_setting WHERE jurisdiction = $1 AND name = $2`, h.Place.Jurisdiction, restoredFirst); err != nil {
		return err
	}
	if err := h.setIn(tx, restoredDay, strconv.FormatInt(clock.Day(h.Clock.Now()), 10)); err != nil {
		return err
	}
	return h.setIn(tx, restoredRoot, root)
}

// restored returns what waits for confirmation. An installation never becomes a
// restored one while it is served, so that the database is asked only while it waits.
func (h *House) restored(ctx context.Context) (r restored, err error) {
	if h.confirmed.Load() {
		return r, nil
	}
	all, err := h.settings(ctx)
	if err != nil {
		return r, err
	}
	if all[restoredRoot] == "" {
		h.confirmed.Store(true)
		return r, nil
	}
	r.Root, r.First = all[restoredRoot], all[restoredFirst]
	r.Day, _ = strconv.ParseInt(all[restoredDay], 10, 64)
	return r, nil
}

// held tells the public form whether it stays shut.
func (h *House) held(ctx context.Context) (bool, error) {
	r, err := h.restored(ctx)
	return r.Root != "", err
}

// confirm notes that somebody compared the restored root; the second person opens
// the public form. It returns whether it is open. The same person again changes
// nothing.
func (h *House) confirm(ctx context.Context, who access.Who) (open bool, err error) {
	if err := h.Policy.Check(who, "access.restored", access.Resource{Room: "access"}); err != nil {
		return false, err
	}
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		open = false
		r, err := h.restored(tx.Ctx())
		if err != nil {
			return err
		}
		if r.Root == "" {
			return fault.New(fault.Gone, "restored.over")
		}
		res, err := tx.ExecContext(tx.Ctx(), `INSERT INTO app_setting (jurisdiction, name, value) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, h.Place.Jurisdiction, restoredFirst, who.Person)
		if err != nil {
			return err
		}
		first, err := res.RowsAffected()
		if err != nil {
			return err
		}
		var by string
		if err := tx.QueryRowContext(tx.Ctx(), `SELECT value FROM app_setting WHERE jurisdiction = $1 AND name = $2`, h.Place.Jurisdiction, restoredFirst).Scan(&by); err != nil {
			return err
		}
		if first == 0 && by == who.Person {
			return fault.New(fault.Conflict, "restored.same")
		}
		if open = by != who.Person; open {
			if _, err := tx.ExecContext(tx.Ctx(), `DELETE FROM app_setting WHERE jurisdiction = $1 AND name IN ($2, $3, $4)`, h.Place.Jurisdiction, restoredRoot, restoredDay, restoredFirst); err != nil {
				return err
			}
		}
		return h.Audit.Append(tx, who.Actor(), audit.Entry{Verb: "access.restored", Reason: r.Root})
	})
	return open, err
}

// restoredBanner is what every staff page says while it waits.
func (h *House) restoredBanner(ctx context.Context, p *lang.Printer) string {
	r, err := h.restored(ctx)
	if err != nil {
		h.Log.Error("restored", "err", err)
	}
	if r.Root == "" {
		return ""
	}
	return p.T("restored.banner", "day", p.DayNumber(r.Day), "root", inFours(r.Root))
}

// inFours makes a root readable aloud and lets it wrap.
func inFours(s string) string {
	var out []string
	for len(s) > 4 {
		out, s = append(out, s[:4]), s[4:]
	}
	return strings.Join(append(out, s), " ")
}

// restoredRoutes are the page on which two people confirm a restore.
func (h *House) restoredRoutes() []web.Route {
	show := func(c *web.Ctx, status int, problem string) error {
		r, err := h.restored(c.R.Context())
		if err != nil {
			return err
		}
		if r.Root == "" {
			return fault.New(fault.Gone, "restored.over")
		}
		may := h.Policy.Check(c.Who(), "access.restored", access.Resource{Room: "access"}) == nil
		names, err := h.Access.Names(c.R.Context())
		if err != nil {
			return err
		}
		return c.PageAs(status, c.P.T("restored.title"), restoredPage(r, names[r.First], problem, may && r.First != c.Who().Person))
	}
	return []web.Route{
		{Pattern: "GET /lainnya/pemulihan", Door: web.Staff, Do: func(c *web.Ctx) error { return show(c, http.StatusOK, "") }},
		{Pattern: "POST /lainnya/pemulihan", Door: web.Staff, Action: "access.restored", Do: func(c *web.Ctx) error {
			open, err := h.confirm(c.R.Context(), c.Who())
			if fault.KindOf(err) == fault.Conflict {
				key, _ := fault.Message(err)
				return show(c, web.Status(fault.Conflict), key)
			}
			if err != nil {
				return err
			}
			if open {
				return c.Done("/hari-ini", "restored_open")
			}
			return c.Done("/lainnya/pemulihan", "restored_first")
		}},
	}
}

package admin

import (
	"slices"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

type alertKind uint8

const (
	serverLost alertKind = iota
	serverStopped
	mysqlAway
	redisAway
	slow
	refusing
)

const (
	// figuresHold is how long a figure must be over its threshold before it is an alert,
	// and calmFor how long under it before the alert ends.
	figuresHold = 3 * time.Second
	calmFor     = 10 * time.Second
	maxAlerts   = 50 // in the list
)

// subject is what an alert is about; a second one about it is the same alert.
type subject struct {
	kind   alertKind
	server string // "" for the whole service
}

// alert calls an administrator; it is listed until it is over and acknowledged.
type alert struct {
	subject
	began, last time.Time // the first and the last time it was true
	ended       time.Time // zero: it goes on
	most        float64   // the highest figure
	seen        bool      // acknowledged
}

// alerts is those of this session, newest first.
type alerts struct {
	list    []alert
	begins  map[subject]time.Time // true since, not yet an alert
	servers map[string]bool       // the names that were there: lost
}

// check takes whether an alert about a subject is due, and gives it where it has just begun.
func (a *alerts) check(now time.Time, s subject, is bool, figure float64) (raised *alert) {
	var hold, calm time.Duration // zero: an alert about a server begins and ends at once
	if s.kind == slow || s.kind == refusing {
		hold, calm = figuresHold, calmFor
	}
	i := slices.IndexFunc(a.list, func(one alert) bool { return one.subject == s && one.ended.IsZero() })
	if !is {
		delete(a.begins, s)
		if i >= 0 && now.Sub(a.list[i].last) >= calm {
			a.end(i, now)
		}
		return nil
	}
	if i >= 0 {
		a.list[i].last, a.list[i].most = now, max(a.list[i].most, figure)
		return nil
	}
	began, waits := a.begins[s]
	if !waits {
		began = now
		if a.begins == nil {
			a.begins = map[subject]time.Time{}
		}
		a.begins[s] = now
	}
	if now.Sub(began) < hold {
		return nil
	}
	delete(a.begins, s)
	a.list = slices.Insert(a.list, 0, alert{subject: s, began: began, last: now, most: figure})
	a.list = a.list[:min(len(a.list), maxAlerts)]
	return &a.list[0]
}

// end closes an alert; one that was acknowledged leaves the list.
func (a *alerts) end(i int, now time.Time) {
	if a.list[i].ended = now; a.list[i].seen {
		a.list = slices.Delete(a.list, i, i+1)
	}
}

// instances compares the servers with those that were there, and gives the new alerts.
func (a *alerts) instances(now time.Time, all []api.Instance) (raised []alert) {
	check := func(s subject, is bool) {
		if one := a.check(now, s, is, 0); one != nil {
			raised = append(raised, *one)
		}
	}
	there := map[string]bool{}
	for _, i := range all {
		there[i.Name] = i.Lost
		check(subject{serverLost, i.Name}, i.Lost)
		check(subject{mysqlAway, i.Name}, !i.MySQL && !i.Lost)
		check(subject{redisAway, i.Name}, !i.Redis && !i.Lost)
	}
	for name, lost := range a.servers {
		if _, still := there[name]; still {
			continue
		}
		if !lost { // it said good-bye
			check(subject{serverStopped, name}, true)
		}
		for i := len(a.list) - 1; i >= 0; i-- { // nothing more will be heard of it
			if a.list[i].server == name && a.list[i].ended.IsZero() {
				a.end(i, now)
			}
		}
	}
	a.servers = there
	return raised
}

// acknowledge says that the user has seen all of them.
func (a *alerts) acknowledge() {
	a.list = slices.DeleteFunc(a.list, func(one alert) bool { return !one.ended.IsZero() })
	for i := range a.list {
		a.list[i].seen = true
	}
}

func (a *alerts) unseen() (n int) {
	for _, one := range a.list {
		if !one.seen {
			n++
		}
	}
	return n
}

func (a alert) text(e *page.Env) string {
	switch a.kind {
	case serverLost:
		return e.S(i18n.Alert.Lost, a.server)
	case serverStopped:
		return e.S(i18n.Alert.Stopped, a.server)
	case mysqlAway:
		return e.S(i18n.Alert.Store, "MySQL", a.server)
	case redisAway:
		return e.S(i18n.Alert.Store, "Redis", a.server)
	case slow:
		return e.S(i18n.Alert.Slow, e.T.Decimal(a.most, 0), e.T.Int(int64(e.Alerts.P99)))
	}
	return e.S(i18n.Alert.Refusing, e.T.Decimal(a.most, 0), e.T.Int(int64(e.Alerts.Refusals)))
}

// view lists the alerts in a panel, with the thresholds where there is none.
func (a *alerts) view(e *page.Env, w, h int) string {
	th := e.Theme
	p := widget.Panel{Title: e.S(i18n.Alert.Title)}
	var l widget.Lines
	if len(a.list) == 0 {
		l.Add(th.OK.Render(theme.Check) + " " + e.S(i18n.Alert.None))
		l.Add(widget.Wrap(e.S(i18n.Alert.Limits, e.T.Int(int64(e.Alerts.P99)), e.T.Int(int64(e.Alerts.Refusals))), w-widget.PanelW)...)
		return p.View(th, l.String(), w, h)
	}
	p.Title += " " + e.T.Int(int64(len(a.list)))
	if a.unseen() > 0 {
		p.Right = e.S(i18n.Alert.Key)
	}
	spare := h - widget.PanelH - len(a.list) // lines for what is longer than one
	for _, one := range a.list {
		sign, style, when := theme.Alert, th.Warn, e.T.Clock(one.began)
		if one.kind == serverLost || one.kind == mysqlAway || one.kind == redisAway {
			sign, style = theme.Cross, th.Err
		}
		switch {
		case !one.ended.IsZero():
			sign, style, when = theme.Sep, th.Faint, e.S(i18n.Alert.Ended, e.T.Clock(one.ended))
		case one.seen:
			style, when = th.Faint, e.S(i18n.Alert.Seen, when)
		}
		if w < 30 {
			when = ""
		}
		right := " " + th.Faint.Render(when)
		lines := widget.Wrap(one.text(e), w-widget.PanelW-2-widget.Width(right))
		if len(lines)-1 > spare {
			lines = []string{one.text(e)}
		}
		spare -= len(lines) - 1
		for i, line := range lines {
			if i > 0 {
				sign, right = " ", ""
			}
			l.Add(widget.Ends(style.Render(sign+" "+line), right, w-widget.PanelW))
		}
	}
	return p.View(th, l.String(), w, h)
}

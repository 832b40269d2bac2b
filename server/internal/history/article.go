package history

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// article is the state of one: it is absent until it is offered, then for sale
// until it is sold or withdrawn, for good.
type article struct {
	state  string // as etat=, "" while absent
	seller string
	buyer  string
	title  string
}

const (
	forSale   = "en_vente"
	sold      = "vendu"
	withdrawn = "retire"
)

// articleOp is what a call has to do with one article: whether it fits what the
// article is, and what the article is afterwards.
type articleOp struct {
	call  *Call
	title string // that the reply tells
	step  func(a article) (bool, article)
}

// offer is a VENTE. An open one may be done after everything else, which is the
// same as never.
func offer(d effect, title string) articleOp {
	return articleOp{d.Call, title, func(a article) (bool, article) {
		if a.state != "" {
			return d.open, a
		}
		return true, article{state: forSale, seller: d.User, title: title}
	}}
}

func purchase(d effect) articleOp {
	return articleOp{d.Call, d.Reply.Fields.Get("titre"), func(a article) (bool, article) {
		own := a.seller == d.User
		bought := a
		bought.state, bought.buyer = sold, d.User
		free := a.state == forSale && !own
		if d.open && free {
			return true, bought
		} else if d.open {
			return true, a
		}
		switch d.word() {
		case "OK":
			return free && d.Reply.Fields.Get("titre") == a.title && d.Reply.Fields.Get("vendeur") == a.seller, bought
		case "VENDU":
			return (a.state == sold || a.state == withdrawn) && !own, a
		case "INTERDIT":
			return a.state != "" && own, a
		}
		return a.state == "", a // ABSENT
	}}
}

func withdrawal(c *Call) articleOp {
	return articleOp{c, "", func(a article) (bool, article) {
		own := a.seller == c.User
		gone := a
		gone.state = withdrawn
		switch c.word() {
		case "OK":
			return a.state == forSale && own, gone
		case "VENDU":
			return (a.state == sold || a.state == withdrawn) && own, a
		case "INTERDIT":
			return a.state != "" && !own, a
		case "ABSENT":
			return a.state == "", a
		}
		if a.state == forSale && own {
			return true, gone
		}
		return true, a
	}}
}

// articles checks each article by itself: its calls touch no other.
func (h *History) articles(d effects) (faults []string) {
	type part struct {
		ops  []porcupine.Operation
		told bool // somebody was told that it was offered
	}
	parts, order := map[string]*part{}, []string{}
	add := func(id string, op articleOp, from, to time.Duration) *part {
		p := parts[id]
		if p == nil {
			p = &part{}
			parts[id], order = p, append(order, id)
		}
		p.ops = append(p.ops, porcupine.Operation{Input: op, Call: int64(from), Return: int64(to)})
		return p
	}
	var open []effect // offers whose number nobody was told
	for _, x := range d.list {
		switch {
		case x.Verb() == "VENTE" && x.open:
			open = append(open, x)
		case x.Verb() == "VENTE" && x.word() == "OK":
			p := add(x.Reply.Fields.Get("id"), offer(x, x.Reply.Fields.Get("titre")), x.from, x.to)
			p.told = true
		case x.Verb() == "ACHAT":
			add(x.arg(), purchase(x), x.from, x.to)
		}
	}
	for _, c := range h.Calls {
		switch verb := c.Verb(); {
		case verb == "RETRAIT" && c.unknown():
			add(c.arg(), withdrawal(c), c.Start, Never)
		case verb == "RETRAIT" && c.done():
			add(c.arg(), withdrawal(c), c.Start, c.End)
		case verb == "ARTICLE" && c.done():
			add(c.arg(), reading(c), c.Start, c.End)
		case c.word() == "OK" && (verb == "ARTICLES" || verb == "MESVENTES" || verb == "MESACHATS"):
			for _, row := range c.Rows {
				if id := row.Fields.Get("id"); id != "" {
					add(id, rowReading(c, row.Fields.Get), c.Start, c.End)
				}
			}
		}
	}
	for _, id := range order {
		p := parts[id]
		if !p.told && len(open) > 0 { // it may be that of an offer whose answer is lost
			x, found := opened(open, p.ops)
			if !found {
				continue // nobody has read it, so that nobody knows whose it is
			}
			p.ops = append(p.ops, porcupine.Operation{Input: x, Call: int64(x.call.Start), Return: int64(Never)})
		}
		if result := porcupine.CheckOperationsTimeout(articleModel, p.ops, checkTime); result != porcupine.Ok {
			faults = append(faults, fmt.Sprintf("article %s has no order that fits (%s):\n%s", id, result, described(p.ops)))
		}
	}
	return atMost(faults)
}

// checkTime bounds the search for an order. What takes longer is a fault: of a
// model that is too coarse, or of clients that leave too much unknown.
const checkTime = time.Minute

var articleModel = porcupine.Model{
	Init: func() any { return article{} },
	Step: func(state, input, _ any) (bool, any) {
		ok, next := input.(articleOp).step(state.(article))
		return ok, next
	},
}

// reading is ARTICLE.
func reading(c *Call) articleOp {
	f := c.Reply.Fields.Get
	return articleOp{c, f("titre"), func(a article) (bool, article) {
		if c.word() == "ABSENT" {
			return a.state == "", a
		}
		return a.state == f("etat") && a.seller == f("vendeur") && a.title == f("titre"), a
	}}
}

// rowReading is a row of ARTICLES (for sale), MESVENTES or MESACHATS.
func rowReading(c *Call, f func(string) string) articleOp {
	return articleOp{c, f("titre"), func(a article) (fits bool, _ article) {
		switch c.Verb() {
		case "ARTICLES":
			fits = a.state == forSale && a.seller == f("vendeur")
		case "MESVENTES":
			fits = a.state == f("etat") && a.seller == c.User && (a.state != sold || a.buyer == f("acheteur"))
		case "MESACHATS":
			fits = a.state == sold && a.buyer == c.User && a.seller == f("vendeur")
		}
		return fits && a.title == f("titre"), a
	}}
}

// opened finds the offer of an article that nobody was told of: the title that
// others read stands at the end of the offer's line.
func opened(offers []effect, ops []porcupine.Operation) (articleOp, bool) {
	for _, op := range ops {
		title := op.Input.(articleOp).title
		for _, o := range offers {
			if title != "" && strings.HasSuffix(o.Line, " "+title) {
				return offer(o, title), true
			}
		}
	}
	return articleOp{}, false
}

// described tells the calls of an article, readings of it for sale left out
// where there are many.
func described(ops []porcupine.Operation) string {
	const few = 30
	calls := map[*Call]bool{}
	for _, op := range ops {
		c := op.Input.(articleOp).call
		if len(ops) <= few || len(c.Rows) == 0 {
			calls[c] = true
		}
	}
	return lines(calls, 2*few)
}

func lines(calls map[*Call]bool, most int) string {
	sorted := make([]*Call, 0, len(calls))
	for c := range calls {
		sorted = append(sorted, c)
	}
	slices.SortFunc(sorted, func(a, b *Call) int { return cmp.Compare(a.Start, b.Start) })
	var b strings.Builder
	if before := len(sorted) - most; before > 0 {
		fmt.Fprintf(&b, "  %d before\n", before)
		sorted = sorted[before:]
	}
	for _, c := range sorted {
		fmt.Fprintf(&b, "  %s\n", c)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

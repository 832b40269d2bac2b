package linemode

import (
	"context"
	"fmt"
	"strings"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/protocol"
)

func (s *session) buy(ctx context.Context, arg string) error {
	a, err := s.look(ctx, arg)
	if err != nil {
		return err
	}
	if ok, err := s.yes(ctx, s.t.S(i18n.Simple.ConfirmBuy, a.Title, s.t.Amount(a.Cents))); !ok || err != nil {
		return err
	}
	r, err := fetch(ctx, s, func(ctx context.Context) (api.Receipt, error) { return s.api.Buy(ctx, a.ID, api.NewRef()) })
	if err != nil {
		return err
	}
	s.say(i18n.Simple.Bought, r.Title, r.Seller, r.Contact)
	s.left(r.Services)
	return nil
}

func (s *session) withdraw(ctx context.Context, arg string) error {
	a, err := s.look(ctx, arg)
	if err != nil {
		return err
	}
	if ok, err := s.yes(ctx, s.t.S(i18n.Simple.ConfirmWithdraw, a.Title)); !ok || err != nil {
		return err
	}
	if err := s.wait(ctx, func(ctx context.Context) error { return s.api.Withdraw(ctx, a.ID) }); err != nil {
		return err
	}
	s.say(i18n.Simple.Withdrawn, a.Title)
	return nil
}

// yes asks a person. A pipe is not asked: its command is the answer.
func (s *session) yes(ctx context.Context, question string) (bool, error) {
	if !s.Prompt.Interactive() {
		return true, nil
	}
	answer, err := s.Prompt.Line(ctx, question+" "+s.t.S(i18n.Simple.YesNo)+" ")
	if err != nil {
		return false, err
	}
	switch i18n.Fold(answer) {
	case "o", "oui", "y", "yes":
		return true, nil
	}
	s.say(i18n.Simple.NothingDone)
	return false, nil
}

func (s *session) sell(ctx context.Context, _ string) error {
	sale := api.Sale{Ref: api.NewRef()}
	names := make([]string, 0, len(api.Categories()))
	for _, c := range api.Categories() {
		names = append(names, s.t.Category(c))
	}
	var category, price string
	for _, q := range []struct {
		question string
		to       *string
	}{
		{s.t.S(i18n.SimpleAsk.Category, strings.Join(names, ", ")), &category},
		{s.t.S(i18n.SimpleAsk.Title), &sale.Title},
		{s.t.S(i18n.SimpleAsk.Price), &price},
		{s.t.S(i18n.SimpleAsk.Description), &sale.Description},
	} {
		answer, err := s.Prompt.Line(ctx, q.question)
		if err != nil {
			return err
		}
		*q.to = answer
	}
	sale.Category = s.category(category)
	cents, err := protocol.ParsePrice(strings.TrimSpace(strings.TrimSuffix(price, "€")))
	if err != nil {
		s.line(s.t.Field("prix"))
		return errSaid
	}
	sale.Cents = cents
	preview := fmt.Sprintf("%s. %s. %s.", s.t.Category(sale.Category), sale.Title, s.t.Amount(cents))
	if ok, err := s.yes(ctx, s.t.S(i18n.Simple.ConfirmSell, preview)); !ok || err != nil {
		return err
	}
	r, err := fetch(ctx, s, func(ctx context.Context) (api.Receipt, error) { return s.api.Sell(ctx, sale) })
	if err != nil {
		return err
	}
	s.say(i18n.Simple.PutUp, sale.Title, r.ID)
	s.left(r.Services)
	return nil
}

func (s *session) left(q api.Quota) {
	if q.Max > 0 {
		s.line(s.t.N(i18n.Quota.CallsLeft, q.Left, s.t.Int(int64(q.Max))) + ".")
	}
}

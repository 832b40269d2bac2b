package api

import "context"

// Register creates an account; the user still has to log in. Errors by code:
// INVALIDE and EXISTE (champ=), DEJA, INDISPONIBLE. On link.ErrLost the
// account may exist: Login tells.
func (c *Client) Register(ctx context.Context, r Registration) (login string, err error) {
	reply, err := c.do(ctx, request("INSCRIPTION").word(r.Login, r.Email, r.FirstName, r.LastName).text(r.Password))
	return reply.Status.Fields.Get("login"), err
}

// ChangePassword changes the password; the user's other sessions end. ECHEC by
// code for a wrong old one, INVALIDE for a bad new one. On link.ErrLost it may
// have been done.
func (c *Client) ChangePassword(ctx context.Context, old, password string) error {
	_, err := c.do(ctx, request("MOTDEPASSE").word(old).text(password))
	return err
}

// Who tells who is logged in.
func (c *Client) Who(ctx context.Context) (Profile, error) {
	reply, err := c.do(ctx, request("QUI").repeat())
	f := reply.Status.Fields
	return Profile{
		Login: f.Get("login"), FirstName: f.Get("prenom"), LastName: f.Get("nom"),
		Email: f.Get("email"), Role: Role(f.Get("role")), Since: instant(f.Get("depuis")),
	}, err
}

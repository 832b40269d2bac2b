package api

import "time"

// Role is what a user may do.
type Role string

// The roles.
const (
	Student Role = "etudiant"
	Admin   Role = "admin"
)

// Session is an authenticated session.
type Session struct {
	Login   string
	Role    Role
	Quota   Quota // of connexions; zero (Max 0) when resumed: ask Quotas
	Unread  int   // news that were not read yet
	Resumed bool  // by its token: no connexion was spent
	// MustChange: the password was given by an administrator; until it is
	// changed the server refuses all but QUI, MOTDEPASSE and DECONNEXION.
	MustChange bool
	// NotKept: the token could not be saved; the next run asks for the password.
	NotKept bool

	token string
}

// Profile is what QUI tells.
type Profile struct {
	Login, FirstName, LastName, Email string
	Role                              Role
	Since                             time.Time // of this session
}

// Quota is one sliding window. Its zero value (Max 0) is not known.
type Quota struct {
	Used, Max, Left int
	Window          time.Duration // 0 when the reply did not tell
	// Next is when one more is free, by our clock; zero while some are left or untold.
	Next time.Time
}

// Quotas are both of a user's windows.
type Quotas struct{ Connections, Services Quota }

// Registration is a new account.
type Registration struct{ Login, Email, FirstName, LastName, Password string }

// Sale is an article to be put up for sale.
type Sale struct {
	Category    string // one of protocol.Categories
	Cents       int64
	Title       string
	Description string // may be empty
	// Ref makes the sale repeatable: a draft keeps one (NewRef), so that trying again after an
	// unknown result cannot sell twice. Empty: a random one for this call.
	Ref string
}

// Receipt is what a sale or a purchase brought.
type Receipt struct {
	ID       string
	Title    string
	Category string // of a sale
	Cents    int64
	Seller   string // of a purchase
	Contact  string // of a purchase: the seller's e-mail address
	Services Quota  // what is left; Next and Window are not told
}

// Status is the state of an article.
type Status string

// The states of an article.
const (
	OnSale    Status = "en_vente"
	Sold      Status = "vendu"
	Withdrawn Status = "retire"
)

// Article is something for sale, or that was.
type Article struct {
	ID, Title, Category string
	Cents               int64
	Seller              string
	Published           time.Time
	SoldAt              time.Time // of MySales, MyPurchases; zero until then
	Status              Status    // of Article, MySales, MyPurchases
	Description         string    // of Article
	// Other is the buyer of my sale or the seller of my purchase; Contact, the e-mail address.
	Other, Contact string
}

// Sort is an order of articles.
type Sort string

// The orders of articles.
const (
	Newest   Sort = "recent"
	Cheapest Sort = "prix"
	Dearest  Sort = "-prix"
)

// Query chooses articles; its zero value is everything, newest first.
type Query struct {
	Category string
	Words    string // each begins a word of the title; accents and case do not matter
	Seller   string
	MaxCents int64 // inclusive; 0 is no bound (see Free)
	Free     bool  // only what costs nothing
	Sort     Sort
	N        int    // lines of a page, 1-100; 0 is the server's 20
	After    string // Page.Next of the page before
}

// Page is a part of a list.
type Page[T any] struct {
	Rows   []T
	Next   string // asks for the part behind it, as after; "" at the end
	Unread int    // of the news: how many, on this page or not
}

// Board is one of the four boards, as the rows of STATS name it.
type Board string

// The boards.
const (
	Latest   Board = "derniers"
	Top      Board = "top"
	Least    Board = "moins"
	Services Board = "services"
)

// Rank is a line of a board.
type Rank struct {
	Rank  int
	Login string    // of Latest, Top, Least
	Name  string    // of Services: vente or achat
	When  time.Time // of Latest
	Count int       // connexions (Top) or calls (Least, Services)
}

// Boards are the lines of each.
type Boards map[Board][]Rank

// Count is how many are there, over all instances, right within 5 s.
type Count struct{ Connections, Users int }

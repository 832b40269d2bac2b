package i18n

import (
	_ "embed" // for messages.toml
	"fmt"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Msg is a sentence in each language.
type Msg struct {
	text   [2]string // by Lang; the plural of a counted one
	single [2]string // where it counts: the singular
}

//go:embed messages.toml
var source []byte

// tables are the sentences of messages.toml, by table and key.
var tables = parse(source)

// typography puts the French no-break spaces where the sources have spaces.
var typography = strings.NewReplacer(
	" :", nbsp+":", " ;", nbsp+";", " !", nbsp+"!", " ?", nbsp+"?", " %%", nbsp+"%%",
	"« ", "«"+nbsp, " »", nbsp+"»", " €", nbsp+"€",
).Replace

func parse(source []byte) map[string]map[string]Msg {
	var forms map[string]map[string][]string
	if err := toml.Unmarshal(source, &forms); err != nil {
		panic(fmt.Sprintf("i18n: messages.toml: %v", err))
	}
	tables := map[string]map[string]Msg{}
	for table, keys := range forms {
		tables[table] = map[string]Msg{}
		for key, f := range keys {
			switch len(f) {
			case 2:
				tables[table][key] = Msg{text: [2]string{typography(f[0]), f[1]}}
			case 4:
				tables[table][key] = Msg{text: [2]string{typography(f[1]), f[3]}, single: [2]string{typography(f[0]), f[2]}}
			default:
				panic(fmt.Sprintf("i18n: messages.toml: %s.%s has %d forms, not 2 or 4", table, key, len(f)))
			}
		}
	}
	return tables
}

// section gives a table as a struct whose fields are its keys, all of them.
func section[T any](table string) (s T) {
	v := reflect.ValueOf(&s).Elem()
	for i := range v.NumField() {
		key := v.Type().Field(i).Name
		m, ok := tables[table][key]
		if !ok {
			panic(fmt.Sprintf("i18n: messages.toml has no %s.%s", table, key))
		}
		v.Field(i).Set(reflect.ValueOf(m))
	}
	for key := range tables[table] {
		if !v.FieldByName(key).IsValid() {
			panic(fmt.Sprintf("i18n: nothing uses %s.%s of messages.toml", table, key))
		}
	}
	return s
}

// words gives a table whose keys are words of the server or names of keys.
func words(table string) map[string]Msg {
	if tables[table] == nil {
		panic("i18n: messages.toml has no table " + table)
	}
	return tables[table]
}

// Confirm is a question before something is done, and what is said after it.
type Confirm struct{ Title, Ask, Yes, Done Msg }

// The sentences, by the screen or the subject they belong to: messages.toml says which.
var (
	Common = section[struct {
		Yesterday, Loading, ReceivedAt, OutOf, Items, LiveAt, Cost, Cancel, Close, CopiedInTmux,
		SentToClipboard, You, ShiftTab Msg
	}]("Common")
	Do = section[struct {
		Choose, Open, Confirm, Next, Fields, Tab, Back, Cancel, Close, Retry, Refresh, Screen, Help, Quit,
		Copy, Buy, Search, Category, Sort, MaxPrice, Seller, AllOff, Withdraw, Messages, English, Register,
		Send, Yes, No, Scroll, List, Page, Ends, Theme, Mouse, Reveal, SeeItem, Palette, Suspend, QuitNow,
		RetryNow, Read, Neighbour, CopyAddress, Sell, Pause, Resume, Acknowledge, Export, Filter, Kind,
		Announce, Registrations, Expel, Block, Unblock, Reset, Give, Delete, Account Msg
	}]("Do")
	State = section[struct{ Online, Connecting, Offline Msg }]("State")
	Nav   = section[struct {
		Home, Catalog, Sell, Mine, Boards, Account, Admin, CatalogShort, MineShort, BoardsShort Msg
	}]("Nav")
	Mouse   = section[struct{ On, Off Msg }]("Mouse")
	Palette = section[struct{ Title, None Msg }]("Palette")
	Card    = section[struct{ News, Sold, Demo Msg }]("Card")
	Small   = section[struct{ Title, Need, Do Msg }]("Small")
	Offline = section[struct{ Title, First, Retry, Now, Kept, Back, Waits Msg }]("Offline")
	Quit    = section[struct{ Title, Draft, Work, Yes Msg }]("Quit")
	Help    = section[struct {
		Title, Here, Mouse, All, Lists, Forms, Dialogs, Quotas, Screens, Azerty, Tab, Esc, Language, This,
		Retry, Category, Sort, Send, Clear, QuotaCalls, QuotaLogins, QuotaFree, Simple, Pause, Acknowledge,
		Announce, Block, Reset, Give Msg
	}]("Help")
	Login = section[struct {
		Title, Tagline, Name, NameHint, Password, PassHint, Enter, New, Resuming, Instead, Done, Resumed,
		Wait, WaitOver, Plain, Ended, Thrown Msg
	}]("Login")
	Register = section[struct {
		Closed, Title, LoginHint, Email, EmailHint, First, Last, NameHint, Repeat, RepHint, Create, NoEntry, Done Msg
	}]("Register")
	Home = section[struct {
		Title, Hello, Users, Left, News, New, OnSale, Sold, Bought, Sell, All, Search, SearchHint, NoEvent Msg
	}]("Home")
	Quota = section[struct {
		CallsLeft, LoginsLeft, Services, Logins, Every, Only, Untold, Left, Next, NextAt, Later, All, Calls,
		OneBack, Title, Browse, Back Msg
	}]("Quota")
	Catalog = section[struct {
		Title, Search, Find, NoSearch, Filters, All, Max, UpTo, NoPrice, By, Anyone, AtMore, Empty, First,
		None, Widen Msg
	}]("Catalog")
	Sort = section[struct{ Newest, Cheapest, Dearest Msg }]("Sort")
	Col  = section[struct {
		Category, Title, Price, Seller, Age, Published, State, Login, Server, Address, Since, Version, Time,
		Type, Who, What, Connections, Users, Rate, P99, Name, Email Msg
	}]("Col")
	Article = section[struct {
		Title, Number, By, Yours, IsYours, Since, Gone, SoldOn, GotOn, Off, NoText, NoCalls, NoMore, Others, OwnOthers, Alone,
		IfBuy, Terms, Seller, Buyer, Write, Near Msg
	}]("Article")
	Buy = section[struct {
		Title, Seller, Cost, CostLeft, Yes, UnderWay, Waiting, Offline, Done, DoneText, Contact, Note, Failed, Unknown,
		Once, Stale, Again Msg
	}]("Buy")
	Withdraw = section[Confirm]("Withdraw")

	Sell = section[struct {
		Title, Category, Name, NameHint, Price, PriceIn, Text, TextHint, Preview, Cost, Yes, Clear, Offline,
		Note, Draft, NoTitle, Kept Msg
	}]("Sell")
	Mine = section[struct {
		Title, OnSale, Sold, Bought, NoSale, SellOne, NoSold, Wait, NoBought, Browse, SoldOn, BoughtOn,
		Contact Msg
	}]("Mine")
	Boards = section[struct {
		Title, Latest, Top, Least, Services, LatestIs, TopIs, LeastIs, ServicesIs, Ago, Logins, Empty, First,
		You Msg
	}]("Boards")
	Messages = section[struct{ New, Title, None, What, Unread, Read Msg }]("Messages")
	News     = section[struct{ Sold, Announced, Other, Contact Msg }]("News")
	Account  = section[struct {
		Title, Since, Admin, Student, Role, Server, Program, TLS, Plain, Password, Messages, Language, Theme,
		Logout Msg
	}]("Account")
	Logout   = section[struct{ Title, Ask Msg }]("Logout")
	Password = section[struct{ Title, Old, OldHint, New, Warn, Yes, Done, Wrong, Given Msg }]("Password")
	Wrong    = section[struct {
		TooLong, Value, Taken, Empty, Unseen, LoginLength, LoginSign, Email, Password, Repeat, Price, Minutes Msg
	}]("Wrong")
	Admin = section[struct {
		Title, Live, Sessions, Accounts, Open, Shut, NoTrouble, NoTroubleYet, PasswordHint, Text, TextHint, Reason,
		ReasonHint, Minutes, MinutesHint, Refused Msg
	}]("Admin")
	Live = section[struct {
		Servers, Presence, Connections, Users, More, Lost, StoreOK, StoreAway, Activity, Commands, Logins,
		Refusals, P99, Now, Calls, Refused, Near, RefusedTimes, Left, Fresh, Stale, Missed, Quiet Msg
	}]("Live")
	Alert = section[struct {
		Title, Count, Key, None, Limits, Lost, Stopped, Store, Slow, Refusing, Ended, Seen Msg
	}]("Alert")
	Feed    = section[struct{ Title, Count, Find, Paused, None, From, Sale, Buy, Refused, Nobody Msg }]("Feed")
	Details = section[struct {
		Title, Back, Since, ShutBy, ShutUntil, Services, Logins, Sessions, Calls, Sales, Purchases, Refusals, Bought, Latest, None Msg
	}]("Details")
	Export            = section[struct{ Done, Failed, Remote Msg }]("Export")
	Sessions          = section[struct{ None, Find Msg }]("Sessions")
	Accounts          = section[struct{ None, Widen, First, Find, Admin, IsYou Msg }]("Accounts")
	Block             = section[Confirm]("Block")
	Unblock           = section[Confirm]("Unblock")
	Expel             = section[Confirm]("Expel")
	Reset             = section[Confirm]("Reset")
	Give              = section[Confirm]("Give")
	Delete            = section[Confirm]("Delete")
	Announce          = section[Confirm]("Announce")
	OpenRegistration  = section[Confirm]("OpenRegistration")
	CloseRegistration = section[Confirm]("CloseRegistration")

	Simple = section[struct {
		Welcome, Outside, Unknown, Meant, Offline, Online, Sold, Announced, Expelled, Ended, LoggedIn,
		Resumed, Already, LoggedOut, Changed, Differ, Language, Registered, YesNo, ConfirmBuy, ConfirmSell,
		ConfirmWithdraw, NothingDone, Own, Bought, PutUp, Withdrawn, Empty, EndOfList, More, NoMore, Number,
		Seller, SoldTo, BoughtFrom, Published, NextIn, Latest, Top, Least, Services, Nobody, Logins, Calls, Users,
		Connections, Me, Unread, UnreadDo, New, MoreNews, ReadWhat, Sure, Session, Account, AccountsMore,
		OpenClosed, MustChange, Servers, LiveRate, LiveMinute Msg
	}]("Simple")
	SimpleAsk = section[struct {
		Email, FirstName, LastName, Old, New, Again, Category, Title, Price, Description, More Msg
	}]("SimpleAsk")
	SimpleHelp = section[struct {
		Line, Catalogue, More, Article, Buy, Sell, Sales, Purchases, Withdraw, Quota, Boards, Count, News,
		Read, Me, Login, Register, Password, Logout, Language, Help, Quit, Live, Sessions, Accounts, Block,
		Unblock, Expel, Reset, Give, Delete, Announce, Registrations Msg
	}]("SimpleHelp")
	Told    = words("Told") // by the server's sentence
	Options = words("Options")
	Prompt  = section[struct{ Login, Password, NoPassword, NotKept Msg }]("Prompt")
	refused = section[struct{ NoLogins, NoCalls, BlockedFor, Because, AgainIn, UnknownCode Msg }]("Refused")
	failed  = section[struct {
		Unreachable, HungUp, NoTLS, Silent, Foreign, Lost, BadLine, Busy, Closed, Timeout, Cancelled,
		Fault Msg
	}]("Failed")
	Config = section[struct {
		NotKept, NoLines, UnknownCommand, UnknownFlag, Meant, WantsValue, BadValue, EventsLost, FileLine,
		BadName, NoTOML, WantsText, WantsSwitch, WantsNumber, Hint, Forgotten, BadCA,
		Summary, Exec, ExecArgs, SSHD, Usage, Options, Notes Msg
	}]("Config")
	// The screens over SSH.
	SSH = section[struct{ Listening, LooseKey, NoCommand, NoTerminal, OneSession, Idle, Stopped Msg }]("SSH")
)

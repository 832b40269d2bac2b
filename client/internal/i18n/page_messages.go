package i18n

// What happened to the user.
var (
	MessagesTitle = say("Messages", "Messages")
	MessagesNone  = say("Aucun message.", "No message.")
	MessagesWhat  = say("Vos ventes et les annonces restent ici 90 jours, même celles d'une absence.",
		"Your sales and announcements stay here for 90 days, also those of an absence.")
	MessagesUnread = count("%s non lu", "%s non lus", "%s unread", "%s unread")
	MessagesRead   = say("tout est lu", "all read")
	NewsSold       = say("%s a acheté « %s »", "%s bought “%s”")
	NewsAnnounced  = say("Annonce : %s", "Announcement: %s")
	NewsOther      = say("Événement %s %s", "Event %s %s")
	NewsContact    = say("%s (%s).", "%s (%s).")
)

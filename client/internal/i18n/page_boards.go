package i18n

// The leaderboards.
var (
	BoardsTitle   = say("Classements", "Leaderboards")
	BoardLatest   = say("Derniers connectés", "Latest logins")
	BoardTop      = say("Plus connectés", "Most logins")
	BoardLeast    = say("Moins actifs", "Least active")
	BoardServices = say("Services", "Services")
	BoardLatestIs = say("Les dix dernières personnes connectées", "The last ten people who logged in")
	BoardTopIs    = say("Les trois qui se connectent le plus", "The three who log in most")
	BoardLeastIs  = say("Du moins d'appels au plus, y compris zéro", "From the fewest calls to the most, zero included")
	BoardServIs   = say("Le service le plus utilisé en premier", "The most used service first")
	BoardAgo      = say("il y a %s", "%s ago")
	BoardLogins   = count("%s connexion", "%s connexions", "%s login", "%s logins")
	BoardEmpty    = say("Personne pour l'instant.", "Nobody so far.")
	BoardFirst    = say("r pour actualiser.", "r to refresh.")
	BoardYou      = say("← vous", "← you")
)

// Package transcript reads the dialogues of PROTOCOL.md and of *.txt files, so
// that tests can replay them against a server. It knows no server itself.
//
// In Markdown a dialogue is a fenced block ```transcript; a *.txt file is one
// dialogue. It begins on a server whose stores are empty. Its lines are:
//
//	avec: alice bob   first line, optional: these accounts exist and each has
//	                  a connection of its name, greeted and logged in; the
//	                  first one's is spoken on until an @ line
//	C: PING           the client sends this line; {a×2048} is 2,048 times a,
//	                  <jeton> what an S line before called so
//	S: +OK PONG       the server's next line on this connection; see Match
//	X                 the server has closed this connection
//	@bob              from here on the connection bob, opened when it is new;
//	                  a new one begins with the server's greeting, an S line
//	~ 10m             time passes
//	# …               a comment
package transcript

"""A site as it is usually built: Flask, its sessions in Redis by Flask-Session.
The page does as little as one for somebody logged in can."""
import os

import redis
from flask import Flask, jsonify, session
from flask_session import Session

app = Flask(__name__)
app.config.update(SESSION_TYPE="redis", SESSION_REDIS=redis.Redis.from_url(os.environ["ETU_REDIS_URL"]))
Session(app)


@app.route("/login/<login>")
def enter(login):
    session["login"] = login
    return jsonify(login=login)


@app.route("/quota")
def quota():
    if "login" not in session:
        return jsonify(erreur="AUTH"), 401
    return jsonify(login=session["login"])

#!/usr/bin/python3
"""What `make bench` compares the sessions with: a site as it is usually built,
Flask, its sessions in Redis by Flask-Session, behind gunicorn. The page does as
little as one for somebody logged in can.

flask.py install   installs the packages, where apt-get can
flask.py serve     serves on a free port of loopback, sessions in ETU_REDIS_URL
"""
import multiprocessing
import os
import subprocess
import sys


def install():
    try:
        import flask_session, gunicorn, redis  # noqa: F401
    except ImportError:
        subprocess.call([os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".ci", "install"),
                         "python3-flask-session", "python3-redis", "gunicorn"])


def site():
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

    return app


def serve():
    from gunicorn.app.base import BaseApplication

    class Server(BaseApplication):
        def load_config(self):
            self.cfg.set("bind", "127.0.0.1:0")
            self.cfg.set("workers", 2 * multiprocessing.cpu_count() + 1)  # as its manual says
            self.cfg.set("loglevel", "error")
            self.cfg.set("when_ready", self.ready)

        def load(self):
            return site()

        @staticmethod
        def ready(server):
            print("listening on http://%s:%d" % server.LISTENERS[0].sock.getsockname(), flush=True)

    site()  # a module that is missing is said here, once
    Server().run()


{"install": install, "serve": serve}[sys.argv[1]]()

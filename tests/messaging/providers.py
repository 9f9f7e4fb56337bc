"""A small server that speaks the providers' protocols: it takes, refuses, breaks, falls silent, knows."""

import json
import threading
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

OK, REFUSE, BROKEN, SILENT, TORN, ELSEWHERE = "ok", "refuse", "broken", "silent", "torn", "elsewhere"
LOSES = "loses"
"""Silent, and it has not taken the message either."""


class Provider(ThreadingHTTPServer):
    """``moods`` are used up one per message, then all is well. ``taken`` is what it would have delivered."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.moods = deque()
        self.taken = []
        self.calls = []
        self.tokens = 0
        self.released = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def knows(self, reference):
        return next((one for one in self.taken if one["reference"] == reference), None)


class Handler(BaseHTTPRequestHandler):
    """One call."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        url = urlsplit(self.path)
        self.server.calls.append(url.path)
        if url.path == "/cgi-bin/token":
            self.server.tokens += 1
            return self.say(200, {"access_token": f"T{self.server.tokens}", "expires_in": 7200})
        known = self.server.knows(url.path.rpartition("/")[2])
        return self.say(200, {"state": "accepted", "id": known["id"]}) if known else self.say(404, {})

    def do_POST(self):
        url = urlsplit(self.path)
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        action = self.headers.get("X-TC-Action") or self.headers.get("x-acs-action") or url.path
        self.server.calls.append(action)
        values = {name: each[0] for name, each in parse_qs(url.query).items()}
        if "json" in self.headers.get("Content-Type", ""):
            values |= json.loads(raw or b"{}")
        else:
            values |= {name: each[0] for name, each in parse_qs(raw.decode()).items()}
        if action == "SendSms":  # both clouds call it so
            return self.tencent_send(values) if self.headers.get("X-TC-Action") else self.alibaba_send(values)
        return getattr(self, ACTIONS[action])(values)

    # -- each protocol's way to send and to ask ----------------------------------------------------

    def http_send(self, values):
        if self.headers.get("Authorization") != "Bearer sesame":
            return self.say(401, {"detail": "who are you?"})
        if self.server.knows(values["reference"]):
            return self.say(409, {"detail": "known already"})
        return self.take(values["reference"], values["phone"], values["text"], {
            OK: (202, lambda one: {"id": one["id"]}), REFUSE: (422, lambda _: {"detail": "no such number"}),
        })  # fmt: skip

    def alibaba_send(self, values):
        return self.take(values["OutId"], values["PhoneNumbers"], values, {
            OK: (200, lambda one: {"Code": "OK", "Message": "OK", "BizId": one["id"], "RequestId": "R"}),
            REFUSE: (200, lambda _: {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "limit"}),
        })  # fmt: skip

    def alibaba_ask(self, values):
        rows = [
            {"OutId": one["reference"], "SendStatus": 3, "ErrCode": "DELIVERED"}
            for one in self.server.taken
            if one["phone"] == values["PhoneNumber"]
        ]
        body = {"Code": "OK", "TotalCount": len(rows), "SmsSendDetailDTOs": {"SmsSendDetailDTO": rows}}
        return self.say(200, body)

    def tencent_send(self, values):
        def status(code, one=None):
            serial = one["id"] if one else ""
            return {"Response": {"SendStatusSet": [{"Code": code, "Message": code, "SerialNo": serial}],
                                 "RequestId": "R"}}  # fmt: skip

        return self.take(values["SessionContext"], values["PhoneNumberSet"][0], values, {
            OK: (200, lambda one: status("Ok", one)),
            REFUSE: (200, lambda _: status("LimitExceeded.PhoneNumberDailyLimit")),
        })  # fmt: skip

    def tencent_ask(self, values):
        rows = [
            {"SessionContext": one["reference"], "SerialNo": one["id"], "ReportStatus": "SUCCESS"}
            for one in self.server.taken
            if one["phone"] == values["PhoneNumber"]
        ]
        return self.say(200, {"Response": {"PullSmsSendStatusSet": rows, "RequestId": "R"}})

    def wechat_send(self, values):
        if values["access_token"] != f"T{self.server.tokens}":
            return self.say(200, {"errcode": 40001, "errmsg": "invalid credential"})
        return self.take(values["client_msg_id"], values["touser"], values, {
            OK: (200, lambda one: {"errcode": 0, "errmsg": "ok", "msgid": one["id"]}),
            REFUSE: (200, lambda _: {"errcode": 43004, "errmsg": "require subscribe"}),
        })  # fmt: skip

    def wechat_picture(self, values):
        scene = values["action_info"]["scene"]["scene_str"]
        return self.say(200, {"ticket": "K", "url": f"http://weixin.qq.com/q/{scene}"})

    # -- moods --------------------------------------------------------------------------------------

    def take(self, reference, phone, told, answers):
        mood = self.server.moods.popleft() if self.server.moods else OK
        one = {"reference": reference, "phone": phone, "told": told, "id": f"B{len(self.server.taken) + 1}"}
        if mood in (OK, SILENT, TORN):
            self.server.taken.append(one)
        if mood in (SILENT, LOSES):
            self.server.released.wait(30)
        if mood in (SILENT, LOSES, TORN):
            self.close_connection = True
            return None
        if mood == BROKEN:
            return self.say(500, {})
        if mood == ELSEWHERE:
            return self.say(302, {}, Location=f"{self.server.url}/thief")
        status, body = answers[mood]
        return self.say(status, body(one))

    def say(self, status, body, **headers):
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(raw)


ACTIONS = {
    "/sms": "http_send",
    "QuerySendDetails": "alibaba_ask",
    "PullSmsSendStatusByPhoneNumber": "tencent_ask",
    "/cgi-bin/message/template/send": "wechat_send",
    "/cgi-bin/qrcode/create": "wechat_picture",
}

"""Users of an application that has signalbox's Python client: each line of standard input, {"keys": [...], "want": ...},
is asked for all keys at once, and answered with a line of what each of them saw. client_users.mjs is its twin."""
import json
import logging
import sys
import threading
import time

sys.path.insert(0, sys.argv[1])
from signalbox_client import Failure, Signalbox, pieces  # noqa: E402

OPTIONS = json.loads(sys.argv[2])


def provider(url):
    return lambda request, timeout_s: pieces(url, {}, request, timeout_s)


def ask(box, key, want, seen):
    began = time.monotonic()
    one = {"key": key, "target": None, "degraded": None, "notice": None, "text": "", "failure": None}
    try:
        answer = box.ask(key, {"key": key, "want": want})
        one.update(target=answer.target, degraded=answer.degraded, notice=answer.notice)
        for piece in answer.pieces:
            one["text"] += piece.decode()
            if want == "abandon":
                break
        answer.pieces.close()
    except Failure as failure:
        one["failure"] = f"{failure.kind} {failure.name}"
    seen.append({**one, "seconds": time.monotonic() - began})


def main():
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    targets = {name: provider(url) for name, url in OPTIONS["targets"].items()}
    box = Signalbox("chat", targets, OPTIONS["url"], reporter="python", timeout_s=OPTIONS["timeout_s"],
                    heartbeat_s=OPTIONS["heartbeat_s"], patience_s=OPTIONS["patience_s"])
    while not box.advice.kept[0]:  # the first answer may take longer than it is waited for
        time.sleep(0.01)
    for line in sys.stdin:
        round_, seen = json.loads(line), []
        users = [threading.Thread(target=ask, args=(box, key, round_["want"], seen)) for key in round_["keys"]]
        for user in users:
            user.start()
        for user in users:
            user.join()
        print(json.dumps(seen), flush=True)
    box.close()


main()

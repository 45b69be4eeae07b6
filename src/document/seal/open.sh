python3 -c 'import base64, json; e = json.load(open("ceremony/seal.dsse.json")); t = e["payloadType"].encode(); \
    p = base64.b64decode(e["payload"]); open("check/statement.json", "wb").write(p); \
    open("check/encoded", "wb").write(b"DSSEv1 %d %s %d %s" % (len(t), t, len(p), p)); \
    [open("check/" + s["keyid"] + ".sig", "wb").write(base64.b64decode(s["sig"])) for s in e["signatures"]]'

python3 -c 'import json; [open("check/" + k["keyid"] + ".pem", "w").write(k["public"]) for k in \
    json.load(open("check/statement.json"))["predicate"]["keys"]]'

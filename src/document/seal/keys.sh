python3 -c 'import json; [open("check/" + i + ".pem", "w").write(k["keyval"]["public"]) for i, k in \
    json.load(open("ceremony/metadata/root.json"))["signed"]["keys"].items()]'

python3 -c 'import json; [print(s["digest"]["sha256"] + "  ceremony/" + s["name"]) for s in \
    json.load(open("check/statement.json"))["subject"] if "sha256" in s["digest"]]' | sha256sum --check --quiet
python3 -c 'import json; h = json.load(open("check/statement.json"))["predicate"]["head"]; \
    assert json.loads(open("ceremony/transcript.jsonl").readlines()[h["records"] - 1])["node"] == h["hex"]'

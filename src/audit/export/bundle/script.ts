// The script in VERIFY.md: Python 3.6 or later, standard library only. It slices lines as bytes and never writes JSON anew
// to hash it, so it shares nothing with the program that made the bundle. It names every problem, prints one verdict line
// last, and exits 0 or 1.

export const SCRIPT = String.raw`import base64, hashlib, io, json, os, re, sys, zipfile

LINE = re.compile(rb'\{"body(?:Hash":"([0-9a-f]{64})"|":(\{.*\})),"hash":"([0-9a-f]{64})","head":(\{.*\}),"prev":"([0-9a-f]{64})"\}')
NOTE = re.compile(r'((\S+)\n(\d+)\n([A-Za-z0-9+/]{43}=)\n)\n\u2014 (\S+) ([A-Za-z0-9+/]+={0,2})\n')
WHOLE = {"gate.started", "gate.stopped", "key.created", "checkpoint", "repair", "evidence.removed"}
PERSONAL = {"action.settled", "answer.late", "grant.added", "policy.accepted"}
OF_AGENT = {"action.executed", "action.released", "action.requested"}
problems = []

def bad(kind, where, what):
    problems.append("%s: %s: %s" % (kind, ascii(where)[1:-1], what))

def sha(data):
    return hashlib.sha256(data).hexdigest()

def read(name):
    with open(name, "rb") as file:
        return file.read()

def unique(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)

def parse(data):
    return json.loads(data.decode("utf-8"), object_pairs_hook=unique)

def text(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n"

def evidence_in(value):  # every object with a digest and a size, except what an agent claimed
    if isinstance(value, dict):
        if re.fullmatch("[0-9a-f]{64}", str(value.get("digest"))) and type(value.get("size")) in (int, float):
            yield value["digest"], value["size"]
    for name, member in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if name != "claimed":
            yield from evidence_in(member)

def of_agent(body, session):  # an id may be used by two agents: what names another, or is of its request, is not counted
    agent, request = (value if isinstance(value, str) else "" for value in (body.get("agent"), body.get("request")))
    if not session["agent"] or (agent == session["agent"] if agent else request not in session["others"]):
        return True
    if request:
        session["others"].add(request)
    return False

def is_removed(places, tombs, segs):  # only a removal counts that is signed in its segment, and behind each entry that names the evidence
    return any(number <= segs[at]["signed"] and all(number > line if at == place else time > last for place, (line, last) in places.items())
               for at, (number, time) in tombs.items())

def segment(name, scope, named, removed, session):
    lines = read("entries/" + name).split(b"\n")
    if lines.pop() != b"":
        bad("cut-tail", name, "the last line is not whole")
    seg, prev, want, stopped = {"hashes": [], "signed": 0, "note": None, "links": [], "signer": ""}, "0" * 64, 1, False
    for number, line in enumerate(lines, 1):
        where, match = "entries/%s line %d" % (name, number), LINE.fullmatch(line)
        try:
            entry = parse(line) if match else {}
            body_hash, body, own, head, before = match.groups()
            head, own, before, body_hash = entry["head"], own.decode(), before.decode(), body_hash and body_hash.decode()
            shape = {"body" if body else "bodyHash", "hash", "head", "prev"}
            if set(entry) != shape or parse(match.group(4)) != head or (body and parse(body) != entry["body"]):
                raise ValueError("not an entry")
        except (ValueError, AttributeError, KeyError, RecursionError):
            bad("edited", where, "this is not an entry")
            seg["hashes"].append(None)
            prev, want = None, want + 1
            continue
        if sha((before + sha(match.group(4)) + (body_hash or sha(body))).encode()) != own:
            bad("edited", where, "the hash does not fit the content")
        if head["seq"] != want:
            bad("removed" if head["seq"] > want else "inserted or reordered", where, "entry %r stands where %d should be" % (head["seq"], want))
        elif prev is not None and before != prev:
            bad("edited", where, "it does not follow the entry before it")
        if stopped and head["type"] != "checkpoint":
            bad("inserted", where, "the gate had stopped before")
        stopped, want, prev, entry_type = stopped or head["type"] == "gate.stopped", head["seq"] + 1, own, head["type"]
        seg["hashes"].append(own)
        mine = session is not None and head.get("session") == session["id"]
        if mine and of_agent(entry.get("body", {}), session):
            session["all"].append((head["time"], where, entry_type))
        if body is None:
            if mine or entry_type in WHOLE or number == 1 or scope["of"] == "all":
                bad("removed", where, "its body is left out, and it must not be")
            continue
        if entry_type in PERSONAL or entry_type not in OF_AGENT and (b'"by":"person"' in body or b'"approver":' in body):
            seg["personal"] = (number, where)
        body = entry["body"]
        for digest, size in evidence_in(body):
            places = named.setdefault(digest, (size, where, {}))[2]
            places[name] = (number, max(head["time"], places.get(name, (0, ""))[1]))
        if number == 1:
            seg["links"], seg["signer"], seg["workspace"] = body["links"], body["signer"]["publicKey"], body["workspace"]
            if entry_type != "gate.started" or body["segment"] != name:
                bad("inserted", where, "this is not the beginning of this segment")
        if entry_type == "evidence.removed":
            for digest in body["digests"]:
                removed.setdefault(digest, {})[name] = (number, head["time"])
        if entry_type == "checkpoint":
            note = NOTE.fullmatch(body["note"])
            origin = "%s/%s" % (seg.get("workspace"), name)
            key_id = hashlib.sha256(origin.encode() + b"\n\x01" + bytes.fromhex(seg["signer"])).digest()[:4]
            if not note or not note.group(2) == note.group(5) == origin or int(note.group(3)) != number - 1 \
                    or base64.b64decode(note.group(4)).hex() != before or base64.b64decode(note.group(6))[:4] != key_id:
                bad("bad-checkpoint", where, "it does not sign the entry before it with the key of its segment")
            else:
                seg["signed"], seg["note"] = number, (number - 1, note.group(1).encode(), base64.b64decode(note.group(6))[4:])
        if number - seg["signed"] > 100:
            bad("bad-checkpoint", where, "more than 100 entries without a checkpoint")
    if seg.get("personal", (0, ""))[0] > seg["signed"]:
        bad("bad-checkpoint", seg["personal"][1], "a person's decision that the gate of this segment has not signed: no gate writes one so")
    return seg

def main():
    files = {os.path.join(at, name).replace(os.sep, "/")[2:] for at, _, names in os.walk(".") for name in names}
    listed = {line[66:] for line in read("SHA256SUMS").decode().split("\n") if line} | {"SHA256SUMS"}
    for name in sorted(files ^ listed):
        bad("inserted" if name in files else "removed", name, "not listed in SHA256SUMS" if name in files else "it is listed in SHA256SUMS")
    manifest = parse(read("manifest.json"))
    scope = manifest["scope"]
    session = {"id": scope["session"], "agent": scope.get("agent"), "others": set(), "all": []} if scope["of"] == "session" else None
    if scope["of"] not in ("all", "filter", "session"):
        bad("edited", "manifest.json", "this is no scope")
    named, removed = {}, {}
    segs = {name[8:]: segment(name[8:], scope, named, removed, session) for name in sorted(files) if name.startswith("entries/")}
    removed = {digest for digest in named if is_removed(named[digest][2], removed.get(digest, {}), segs)}
    if not segs:
        bad("segment-missing", "entries", "there are no entries")
    if len({seg.get("workspace") for seg in segs.values()}) > 1:
        bad("inserted", "entries", "the segments belong to several workspaces")
    heads, todo = [], [name for name in segs if segs[name]["signed"]]
    for name, seg in segs.items():
        for link in seg["links"]:
            other = segs.get(link["segment"])
            heads.append({"by": name, "here": other is not None, **{key: link[key] for key in ("segment", "entries", "head", "final")}})
            if other is not None and (len(other["hashes"]) < link["entries"] or other["hashes"][link["entries"] - 1] != link["head"]):
                bad("cut-tail or edited", "entries/" + link["segment"], "it is not what %s recorded of it" % name)
            elif other is not None and link["final"] and len(other["hashes"]) > link["entries"]:
                bad("inserted", "entries/" + link["segment"], "%s recorded its end at entry %d" % (name, link["entries"]))
    for name in todo:  # a signature also covers what the first entry links; the list grows while it is walked
        for link in segs[name]["links"]:
            if link["segment"] in segs:
                other = segs[link["segment"]]
                other["covered"] = max(other.get("covered", 0), min(link["entries"], len(other["hashes"])))
                if link["segment"] not in todo:
                    todo.append(link["segment"])
    for seg in segs.values():
        seg["covered"] = max(seg.get("covered", 0), seg["signed"])
    keys = list(dict.fromkeys(seg["signer"] for seg in segs.values()))
    pem = {key: "signer.pem" if len(keys) == 1 else "signer-%d.pem" % (at + 1) for at, key in enumerate(keys)}
    expected = {"README.txt", "VERIFY.md", "manifest.json", "heads.json", "signatures.txt", "verify.html", "SHA256SUMS"}
    expected |= {"entries/" + name for name in segs} | set(pem.values()) | {"evidence/" + digest for digest in named}
    for key, name in pem.items():
        der = base64.b64encode(bytes.fromhex("302a300506032b6570032100" + key)).decode()
        if name in files and read(name).decode() != "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n" % der:
            bad("wrong-key", name, "this is not the key the entries name")
    signatures = ""
    for name, seg in segs.items():
        if seg["note"]:
            stem = "checkpoints/%s-%d" % (re.sub(r"\.jsonl$", "", name), seg["note"][0])
            signatures += "%s %s\n" % (pem[seg["signer"]], stem)
            for ending, content in ((".txt", seg["note"][1]), (".sig", seg["note"][2])):
                expected.add(stem + ending)
                if stem + ending in files and read(stem + ending) != content:
                    bad("bad-checkpoint", stem + ending, "it is not what the entry holds")
    evidence_there = 0
    for digest, (size, where, _) in named.items():
        if "evidence/" + digest in files:
            evidence_there += 1
            content = read("evidence/" + digest)
            if sha(content) != digest or len(content) != 16 + size:
                bad("evidence-altered", "evidence/" + digest, "it is not what %s names" % where)
        elif digest not in removed:
            bad("evidence-missing", "evidence/" + digest, "%s names it" % where)
    for name in sorted((files - expected) | {name for name in expected - files if not name.startswith("evidence/")}):
        bad("inserted" if name in files else "removed", name, "it does not belong to this bundle" if name in files else "it is missing")
    facts = {"format": "gatepost-bundle-1", "removed": sorted(removed), "scope": scope, "segments": [
        {"name": name, "entries": len(seg["hashes"]), "head": seg["hashes"][-1] if seg["hashes"] else "", "signed": seg["covered"], "signer": seg["signer"]}
        for name, seg in segs.items()]}
    for name, content in (("manifest.json", text(facts)), ("heads.json", text(heads)), ("signatures.txt", signatures)):
        if name in files and read(name).decode() != content:
            bad("edited", name, "it does not say what the entries say (edited, or entries were cut off or added)")
    page = re.search(rb'id="bundle">([A-Za-z0-9+/=]+)<', read("verify.html"))
    shown = zipfile.ZipFile(io.BytesIO(base64.b64decode(page.group(1)))) if page else None
    for name in shown.namelist() if shown else []:
        if name != "not-embedded.txt" and (name not in files or shown.read(name) != read(name)):
            bad("edited", "verify.html", "it shows another %s than the one here" % ascii(name)[1:-1])
    if not shown:
        bad("edited", "verify.html", "it holds no data")
    said = "%d entries in %d segments, %d of %d pieces of evidence" % (sum(len(seg["hashes"]) for seg in segs.values()), len(segs), evidence_there, len(named))
    for name, seg in segs.items():
        if seg["covered"] == 0:
            bad("bad-checkpoint", "entries/" + name, "no checkpoint signs this segment")
        if len(seg["hashes"]) > seg["covered"]:
            said += "; UNSIGNED TAIL: entries %d..%d of %s" % (seg["covered"] + 1, len(seg["hashes"]), name)
    if session is not None:
        if not session["all"]:
            bad("removed", "entries", "there is no entry of the session")
        else:
            types = [kind for _, _, kind in session["all"]]
            said += "; session %s: %d entries, from %s to %s" % (ascii(session["id"]), len(types), session["all"][0][1], session["all"][-1][1])
            said += "" if types[0] == "session.started" else "; THE SESSION HAS NO BEGINNING HERE"
            ends = [kind for kind in types if kind in ("session.started", "session.ended")]
            said += "" if ends[-1:] == ["session.ended"] else "; THE SESSION HAS NO END HERE"
    return said

try:
    said = main()
except Exception as error:
    said = ""
    bad("edited", "the bundle", "it cannot be read: %s" % ascii(error))
for problem in problems[:200]:
    print(problem)
print("VERDICT: %d problems found" % len(problems) if problems else "VERDICT: the chain is consistent (the signatures: step 4; whose they are: step 5): " + said)
sys.exit(1 if problems else 0)
`;

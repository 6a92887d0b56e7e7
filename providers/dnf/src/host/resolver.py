"""What is asked of dnf's own resolver and transaction, by its Python interface: `resolver.py WORD FILE ...`. Nothing is imported
from a network, no package is taken from a repository but by `preview` and `download`."""
import fcntl
import glob
import hashlib
import os
import sys
import time

import dnf
import dnf.callback
import dnf.exceptions
import dnf.lock
import dnf.rpm
import dnf.yum.rpmtrans
import hawkey
import libdnf.transaction
import rpm

CACHE = "/var/cache/patchform/dnf"
NATIVE = os.environ["PF_NATIVE"]
FRESH = 30
# How long another process that renews them is waited for, in seconds.
PATIENCE = 150
# Names of packages that are installed beside their other versions, as kernels are.
BESIDE = set()


def key(pkg):
    """A package's name; with its version where others of it stay beside it; with its architecture where that is not the host's own."""
    name = "%s-%s-%s" % (pkg.name, pkg.version, pkg.release) if pkg.name in BESIDE else pkg.name
    return name if pkg.arch in (NATIVE, "noarch") else name + "." + pkg.arch


def learn(base):
    """Finds out which packages are installed beside their other versions, of all that are known by now."""
    BESIDE.update(pkg.name for pkg in base._get_installonly_query())


def evr(pkg):
    return ("" if pkg.epoch == 0 else "%s:" % pkg.epoch) + pkg.version + "-" + pkg.release


def file_name(pkg):
    return "%s-%s.%s.rpm" % (key(pkg), evr(pkg).replace(":", "%3a"), pkg.arch)


def one_line(text):
    return " ".join(str(text).split())


def nevra(query, name, version):
    """What of a query has this name and version."""
    name, architectures = without_architecture(name)
    epoch, colon, rest = version.rpartition(":")
    version, _, release = rest.rpartition("-")
    return query.filter(name=name, epoch=int(epoch or 0), version=version, release=release,
                        arch=architectures)


def hawkey_arch(arch):
    return arch in rpm_architectures()


def rpm_architectures():
    return set(dnf.rpm._BASEARCH_MAP) | {"noarch"}


class Keys(dnf.callback.KeyImport):
    """A repository's key is trusted where the host's own configuration names a file, or its rpm has it."""

    def _confirm(self, id, userid, fingerprint, url, timestamp):
        known = {h["version"].lower() for h in rpm.TransactionSet().dbMatch("name", "gpg-pubkey")}
        return url.startswith("file:") or id.lower()[-8:] in known


def base_of_host():
    """dnf as the host has configured it, but that it removes nothing of its own accord."""
    base = dnf.Base()
    base.conf.read()
    base.conf.cachedir = CACHE + "/metadata"
    base.conf.clean_requirements_on_remove = False
    # What goes back takes away the kernel that runs; nothing else does, since a plan names what goes.
    base.conf.protect_running_kernel = False
    # Where no package tells the release, as on a host that is none of an RPM distribution.
    if not base.conf.substitutions.get("releasever"):
        base.conf.substitutions["releasever"] = ""
    return base


def base_with_repositories():
    base = base_of_host()
    base.conf.substitutions.update_from_etc(base.conf.installroot)
    base.init_plugins()
    base.pre_configure_plugins()
    base.read_all_repos()
    base.configure_plugins()
    return base


def load(base):
    """Renews the metadata of every repository; each is reached, signed, and not older than it was. One process at a time: the
    packages of several components of a host may be fetched at once."""
    with open(CACHE + "/metadata.lock", "w") as lock:
        alone(lock)
        renew(base)
        base.fill_sack()
    learn(base)


def alone(lock):
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > until:
                raise ValueError("another process of patchform has held %s for %d s" % (lock.name, PATIENCE)) from None
            time.sleep(0.1)


def renew(base):
    stamp = CACHE + "/.fresh"
    fresh = os.path.exists(stamp) and 0 <= time.time() - os.path.getmtime(stamp) < FRESH
    seen_path = CACHE + "/seen"
    seen = dict(line.split() for line in open(seen_path)) if os.path.exists(seen_path) else {}
    for repo in list(base.repos.iter_enabled()):
        # A folder of this host that was never indexed, as dnf's plugin `local` names one.
        if repo.skip_if_unavailable and repo.baseurl and not any(map(is_there, repo.baseurl)):
            repo.disable()
            continue
        if not (repo.gpgcheck or repo.repo_gpgcheck):
            raise ValueError("the repository %s checks no signature; write `gpgcheck=1` there" % repo.id)
        repo.skip_if_unavailable = False
        repo._set_key_import(Keys())
        repo.timeout, repo.retries = 20, 2
        if not fresh:
            repo._repo.expire()
        repo.load()
        made = repo._repo.getMaxTimestamp()
        if made < int(seen.get(repo.id, 0)):
            repo._repo.expire()
            raise ValueError("the repository %s has an older index than before: is the mirror stale, or somebody in between? "
                             "Where that is meant, remove %s" % (repo.id, seen_path))
        seen[repo.id] = str(made)
    with open(seen_path + ".new", "w") as out:
        out.writelines("%s %s\n" % pair for pair in sorted(seen.items()))
    os.replace(seen_path + ".new", seen_path)
    open(stamp, "w").close()


def is_there(url):
    return not url.startswith("file:") or os.path.exists(url[len("file:"):] + "/repodata/repomd.xml")


def sha256(path):
    with open(path, "rb") as content:
        return hashlib.sha256(content.read()).hexdigest()


def address(pkg):
    """Where a package of a repository comes from, with size and digest; nothing where its index has no SHA-256."""
    kind, digest = pkg.chksum
    if hawkey.chksum_name(kind) != "sha256":
        return None
    where = pkg.remote_location()
    return where and (where, pkg.downloadsize, digest.hex())


def select(base, name, version, held):
    """The package of the patch level, to be installed; else says why not."""
    sack = base.sack
    found = nevra(sack.query().available(), name, version)
    hidden = nevra(sack.query(flags=hawkey.IGNORE_EXCLUDES).available(), name, version)
    if not found and hidden:
        streams = module_of(base, hidden)
        unmasked = nevra(sack.query(flags=hawkey.IGNORE_REGULAR_EXCLUDES).available(), name, version)
        if not unmasked:
            print("failed %s %s is of the module stream %s, which is not the one of this host; switch streams by "
                  "`dnf module switch-to` first" % (name, version, ", ".join(streams) or "another"))
            return
        if not held:
            print("failed %s %s is on hold there (versionlock, or an exclude)." % (name, version))
            return
        sack.remove_excludes(hidden)
        found = hidden
    if not found:
        print("failed no repository has %s %s" % (name, version))
        others = sorted(sack.query().available().filter(name=without_architecture(name)[0]), reverse=True)
        for other in others[:5]:
            print("known %s %s" % (name, evr(other)))
        return
    for stream in module_of(base, found):
        print("note %s %s is of the module stream %s" % (name, version, stream))
    install(base, found[0])


def newest(base, name, version, held, brought):
    """A package that stays beside its other versions is at a version when that is the newest: it comes where it is not there
    already (or among the packages `brought`), and newer ones go with all that was built with them."""
    name, architectures = without_architecture(name)
    installed = base.sack.query().installed().filter(name=name, arch=architectures)
    if not nevra(installed, name, version) and not any(pkg.name == name and evr(pkg) == version for pkg in brought):
        select(base, name, version, held)
    sources = {pkg.sourcerpm for pkg in installed.filter(evr__gt=version)}
    for pkg in base.sack.query().installed():
        if pkg.name in BESIDE and pkg.sourcerpm in sources:
            base._goal.erase(pkg)


def without_architecture(name):
    """A name, and which architectures are meant."""
    bare, dot, arch = name.rpartition(".")
    return (bare, [arch]) if dot and hawkey_arch(arch) else (name, [NATIVE, "noarch"])


def install(base, pkg):
    selector = dnf.selector.Selector(base.sack)
    selector.set(pkg=[pkg])
    base._goal.install(select=selector)


def module_of(base, pkgs):
    wanted = {"%s-%s:%s-%s.%s" % (p.name, p.epoch, p.version, p.release, p.arch) for p in pkgs}
    streams = set()
    for module in base._moduleContainer.getModulePackages():
        if wanted & set(module.getArtifacts()):
            streams.add("%s:%s" % (module.getName(), module.getStream()))
    return sorted(streams)


def advisories(base, new, old):
    """What is known of the versions above the old one, up to the new one."""
    for pkg in base.sack.query().available().filter(name=new.name, arch=new.arch):
        if pkg > new or (old is not None and pkg <= old):
            continue
        for advisory in pkg.get_advisories(hawkey.EQ):
            kind = {hawkey.ADVISORY_SECURITY: "security", hawkey.ADVISORY_BUGFIX: "bug fix",
                    hawkey.ADVISORY_ENHANCEMENT: "enhancement"}.get(advisory.type, "other")
            severity = getattr(advisory, "severity", None)
            graded = kind if severity in (None, "", "None") else "%s, %s" % (kind, severity)
            yield "%s (%s): %s" % (advisory.id, graded, one_line(advisory.title))


def preview(plan):
    """What the wanted packages would do; the plan has `wanted NAME VERSION`, `from FILE`, `away NAME`, `held`."""
    words = [line.split() for line in open(plan)]
    held = ["held"] in words
    base = base_with_repositories()
    try:
        load(base)
    except (dnf.exceptions.Error, ValueError, OSError) as why:
        print("error the metadata could not be renewed: " + one_line(why)[:500])
        return
    files = [word[1] for word in words if word[0] == "from"]
    brought = base.add_remote_rpms(files) if files else []
    for pkg in brought:
        install(base, pkg)
        path = pkg.localPkg()
        print("uri new file:%s %s %d %s" % (path, file_name(pkg), os.path.getsize(path), sha256(path)))
    for word in words:
        if word[0] == "wanted" and without_architecture(word[1])[0] in BESIDE:
            newest(base, word[1], word[2], held, brought)
        elif word[0] == "wanted":
            there = nevra(base.sack.query().installed(), word[1], word[2])
            again = len(base.sack.query().installed().filter(name=there[0].name, arch=there[0].arch)) > 1 if there else True
            if again:
                select(base, word[1], word[2], held)
        if word[0] == "away":
            for pkg in base.sack.query().installed():
                if key(pkg) == word[1]:
                    base._goal.erase(pkg)
    try:
        base.resolve(allow_erasing=True)
    except dnf.exceptions.Error as why:
        for line in str(why).splitlines()[:8]:
            print("failed " + one_line(line))
        return
    show(base)


def show(base):
    new, old = base.transaction.install_set, base.transaction.remove_set
    was = {key(pkg): pkg for pkg in sorted(old)}
    for pkg in sorted(new):
        there = was.get(key(pkg))
        print("inst %s %s %s %s" % (key(pkg), pkg.arch, evr(there) if there else "-", evr(pkg)))
        found = None if pkg.reponame == "@commandline" else address(pkg)
        if found:
            print("uri new %s %s %d %s" % (found[0], file_name(pkg), found[1], found[2]))
        if pkg.name in BESIDE:
            there = max(base.sack.query().installed().filter(name=pkg.name, arch=pkg.arch), default=None)
        for told in advisories(base, pkg, there):
            print("note " + told)
    names = {key(pkg) for pkg in new}
    for pkg in sorted(old):
        if key(pkg) not in names:
            print("remv %s %s" % (key(pkg), evr(pkg)))
            there = base.sack.query().installed().filter(name=pkg.name, arch=pkg.arch)
            if pkg.name in BESIDE and (set(there) - set(old) or any(n.name == pkg.name for n in new)):
                print("stays " + key(pkg))
    everything = base.sack.query(flags=hawkey.IGNORE_EXCLUDES).available()
    for pkg in sorted(old):
        for same in everything.filter(name=pkg.name, evr=pkg.evr, arch=pkg.arch):
            found = address(same)
            if found and same.reponame != "@commandline":
                print("uri old %s %s %d %s" % (found[0], file_name(pkg), found[1], found[2]))
                break
        else:
            name = "%s-%s-%s.%s.rpm" % (pkg.name, pkg.version, pkg.release, pkg.arch)
            places = [CACHE + "/rpms/" + file_name(pkg)] + glob.glob("/var/cache/dnf/*/packages/" + name)
            places += ["/var/lib/dnf/plugins/local/" + name]
            for path in filter(os.path.exists, places):
                print("uri old file:%s %s %d %s" % (path, file_name(pkg), os.path.getsize(path), sha256(path)))
                break
    print("unpacked %d" % (sum(pkg.installsize for pkg in new) // 1024))


def download(where, path, digest):
    """Fetches the package with this digest, as its repository says how, and checks its signature where that is asked for."""
    base = base_with_repositories()
    try:
        load(base)
        found = [pkg for pkg in base.sack.query(flags=hawkey.IGNORE_EXCLUDES).available() if pkg.chksum[1].hex() == digest]
        if not found:
            raise ValueError("no repository has it any more")
        base.download_packages(found[:1])
        local = found[0].localPkg()
        if sha256(local) != digest:
            os.remove(local)
            raise ValueError("what came is not what the plan has pinned")
        code, why = base._sig_check_pkg(found[0])
        if code != 0:
            os.remove(local)
            raise ValueError((why or "its signature does not fit") + "; its key must be in the host's rpm (`rpm --import`)")
        os.replace(local, path)
    except (dnf.exceptions.Error, ValueError, OSError) as why:
        sys.exit(one_line(why)[:500])


class Told(dnf.yum.rpmtrans.TransactionDisplay):
    """Says what rpm does, and keeps what goes wrong."""

    def __init__(self):
        super().__init__()
        self.errors = []
        self.last = None
        self.unexplained = False
        self.said = None

    def progress(self, package, action, ti_done, ti_total, ts_done, ts_total):
        now = (str(package), action)
        if now != self.last and action in dnf.transaction.ACTIONS:
            print("%s: %s" % (dnf.transaction.ACTIONS[action], package), flush=True)
            self.last = now

    def scriptout(self, msgs):
        text = msgs.decode("utf-8", "replace") if isinstance(msgs, bytes) else str(msgs or "")
        if not text:
            return
        print(text.rstrip(), flush=True)
        if "scriptlet failed" in text:
            self.said = one_line(text.strip().splitlines()[0])
            self.explain()

    def error(self, message):
        if one_line(message) not in self.errors:
            self.errors.append(one_line(message))
            self.unexplained = "scriptlet" in message
            self.explain()

    def explain(self):
        """What a scriptlet has printed comes before or after rpm says that it has failed, by rpm's version."""
        if self.unexplained and self.said:
            self.errors[-1] += ": " + self.said
            self.unexplained = False
            self.said = None


def transact(plan):
    """As `at_once`; ends with 6 where somebody else has one of dnf's locks: nothing was changed then."""
    try:
        return at_once(plan)
    except dnf.exceptions.LockError as why:
        print("the lock of dnf is held by somebody else: " + one_line(why), file=sys.stderr)
        return 6


def at_once(plan):
    """Does exactly what the plan says: `install FILE`, `erase NAME`, `inst NAME VERSION`, `remv NAME`, `reason NAME WORD`; with
    `unlimited` as many versions of a kernel stay as there are. Ends with 3 where dnf would do something else, 4 where it did not succeed."""
    words = [line.split() for line in open(plan)]
    of = lambda name: [word[1] for word in words if word[0] == name]
    base = base_of_host()
    base.conf.best = False
    base.conf.exit_on_lock = True
    if ["unlimited"] in words:
        base.conf.installonly_limit = 0
    base.fill_sack(load_system_repo=True, load_available_repos=False)
    files = of("install")
    brought = base.add_remote_rpms(files) if files else []
    learn(base)
    for pkg in brought:
        install(base, pkg)
    away = of("erase")
    for pkg in base.sack.query().installed():
        if key(pkg) in away:
            base._goal.erase(pkg)
    try:
        base.resolve(allow_erasing=True)
    except dnf.exceptions.Error as why:
        print("dnf would not do it any more: " + one_line(why)[:800], file=sys.stderr)
        return 3
    new, old = base.transaction.install_set, base.transaction.remove_set
    would = {"inst %s %s" % (key(p), evr(p)) for p in new}
    would |= {"remv " + key(p) for p in old if key(p) not in {key(n) for n in new}}
    planned = {" ".join(word) for word in words if word[0] in ("inst", "remv")}
    if would != planned:
        for line in sorted(planned - would):
            print("planned, but not done now: " + line)
        for line in sorted(would - planned):
            print("done now, but not planned: " + line)
        print("dnf would do something else now than the plan says; make a new plan", file=sys.stderr)
        return 3
    reasons = {word[1]: word[2] for word in words if word[0] == "reason"}
    for item in base.transaction:
        if item.action in dnf.transaction.FORWARD_ACTIONS and key(item.pkg) in reasons:
            item.reason = libdnf.transaction.StringToTransactionItemReason(reasons[key(item.pkg)])
    keep_reasons(base, old)
    told = Told()
    try:
        base.do_transaction(told)
    except dnf.exceptions.LockError:
        raise
    except dnf.exceptions.Error as why:
        told.errors.append(one_line(why)[:800])
    if told.errors:
        print("dnf failed: " + "; ".join(dict.fromkeys(told.errors)), file=sys.stderr)
        return 4
    return 0


def keep_reasons(base, old):
    """Why a package is installed dnf knows by its name alone: what one version of it is removed with would be forgotten of the
    others."""
    for pkg in base.sack.query().installed():
        if pkg not in old and any(gone.name == pkg.name and gone.arch == pkg.arch for gone in old):
            base.history.set_reason(pkg, base.history.swdb.resolveRPMTransactionItemReason(pkg.name, pkg.arch, -1))


def reasons(names):
    """Why each (`NAME/ARCHITECTURE/VERSION`, whose name may end with its version) is installed, by dnf's own history: `user`,
    `dependency`, `unknown` …"""
    base = base_of_host()
    for name in names:
        bare, arch, version = name.split("/")
        beside = "-" + version.rpartition(":")[2]
        bare = bare[:-len(beside)] if bare.endswith(beside) else bare
        reason = base.history.swdb.resolveRPMTransactionItemReason(bare, arch, -1)
        print(name, libdnf.transaction.TransactionItemReasonToString(reason))


def main():
    word, rest = sys.argv[1], sys.argv[2:]
    if word == "preview":
        preview(rest[0])
    elif word == "download":
        download(*rest)
    elif word == "transact":
        sys.exit(transact(rest[0]))
    elif word == "reasons":
        reasons(rest)


main()
